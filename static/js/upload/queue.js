// Files on their way to the site, one after the other: a poor link has room for one.

import { add, told } from "./chosen.js";
import { continued, offer } from "./earlier.js";
import { pause, sender } from "./link.js";
import { form, words } from "./page.js";
import { Sending } from "./tus.js";

export const send = sender(form.elements.csrfmiddlewaretoken.value);
const subtle = window.isSecureContext ? window.crypto.subtle : undefined;
const hearers = [];
// A file that is chosen at once may go on with what the site tells of earlier.
let line = offer(send, words.uploads, use);

/** `hear` is called whenever a file has come further. */
export function whenever(hear) {
  hearers.push(hear);
}

/** Puts an entry in the line; `entry.waits` is over when nothing more happens to it. */
export function begin(entry) {
  line = line.then(async () => {
    const known = entry.gone
      ? null
      : await continued(send, entry.file, entry.photograph, subtle).catch(() => null);
    if (!entry.gone) await start(entry, known).run();
  });
  entry.row.querySelector("[data-state]").textContent = words.waiting;
  entry.waits = line;
}

/** One that arrived whole before this page was opened: there is no file to it here. */
function use({ name, length, location, received, photograph }) {
  add({ name: name || words.unnamed, size: length, type: "" }, photograph, (entry) => {
    entry.waits = start(entry, { location, received }).run();
  });
}

function start(entry, known) {
  const { file, photograph } = entry;
  const tell = () => {
    told(entry);
    for (const hear of hearers) hear();
  };
  const address = words.uploads;
  entry.sending = new Sending({ file, photograph, address, send, pause, tell, known, subtle });
  return entry.sending;
}
