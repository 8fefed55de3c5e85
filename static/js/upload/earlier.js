// What this person uploaded earlier and did not send: offered, never taken by itself, because it
// may be of another patient.

import { beginsWith } from "./tus.js";
import { part, rowOf, size, words } from "./page.js";

const section = part("earlier");
const list = part("earlier-list");
let known = []; // as the site lists them, with the row of each

/** Asks the site and shows what there is; `use(upload)` takes one that has arrived whole. */
export async function offer(send, address, use) {
  const answer = await send("GET", address).catch(() => null);
  if (!answer || answer.status !== 200 || !answer.json) return;
  known = answer.json.uploads;
  for (const upload of known) {
    const whole = upload.received === upload.length;
    const row = rowOf("earlier-file", upload.name || words.unnamed, upload.length);
    row.querySelector("[data-photograph]").hidden = !upload.photograph;
    row.querySelector("[data-when]").textContent = when(upload.created_at);
    row.querySelector("[data-again]").hidden = whole;
    row.querySelector("[data-so-far]").textContent = whole
      ? words.uploaded
      : `${size(upload.received)} / ${size(upload.length)}`;
    const button = row.querySelector("[data-use]");
    button.hidden = !whole;
    button.addEventListener("click", () => {
      drop(upload);
      use(upload);
    });
    row.querySelector("[data-remove]").addEventListener("click", async () => {
      drop(upload);
      const headers = { "Tus-Resumable": "1.0.0" };
      await send("DELETE", upload.location, { headers }).catch(() => {});
    });
    upload.row = row;
    list.append(row);
  }
  section.hidden = known.length === 0;
}

/** The upload that this file continues, if what has arrived of it is the same to the byte. */
export async function continued(send, file, photograph, subtle) {
  for (const upload of known) {
    const alike = upload.name === file.name && upload.length === file.size;
    if (!alike || upload.photograph !== photograph || !upload.received) continue;
    const answer = await send("GET", upload.location).catch(() => null);
    if (!answer || answer.status !== 200 || !known.includes(upload)) continue;
    const { pieces, received, location } = answer.json;
    if (!(await beginsWith(file, pieces, subtle)) || !known.includes(upload)) continue;
    drop(upload);
    return { location, received };
  }
  return null;
}

function drop(upload) {
  const focused = upload.row.contains(document.activeElement);
  known = known.filter((one) => one !== upload);
  upload.row.remove();
  section.hidden = known.length === 0;
  if (focused) (list.querySelector("button:not([hidden])") || part("files")).focus();
}

function when(moment) {
  const language = document.documentElement.lang || "en";
  return new Intl.DateTimeFormat(language, { dateStyle: "short", timeStyle: "short" }).format(
    new Date(moment),
  );
}
