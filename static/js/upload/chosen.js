// The files that were chosen, a row for each, and how far they have come.

import { clearField } from "./problems.js";
import { form, part, rowOf, sentenceWithCode, size, words } from "./page.js";
import { UNREADABLE } from "./tus.js";

/** In the order of the page: { file, photograph, row, sending }. */
export const chosen = [];
const list = part("list");
const link = part("link");

export function wrongBeforehand(file) {
  if (file.size > Number(words.maxBytes)) return [words.tooLarge, "too_many_bytes"];
  if (file.size === 0) return [words.empty, "empty_file"];
  return null;
}

export function say(row, sentence, code) {
  const place = row.querySelector(".file__error");
  place.hidden = !sentence;
  place.replaceChildren();
  row.classList.toggle("file--refused", Boolean(sentence));
  if (sentence) place.append(...sentenceWithCode(sentence, code));
}

/** A row for a file; `begin(entry)` starts its way unless it is wrong at first sight. */
export function add(file, photograph, begin) {
  const row = rowOf("file", file.name, file.size);
  const entry = { file, photograph, row, sending: null };
  row.querySelector("select").hidden = photograph;
  row.querySelector("[data-photograph]").hidden = !photograph;
  row.querySelector("[data-remove]").addEventListener("click", () => remove(entry));
  preview(file, row.querySelector("img"));
  chosen.push(entry);
  list.append(row);
  clearField("radiographs");
  const wrong = wrongBeforehand(file);
  if (wrong) say(row, ...wrong);
  else begin(entry);
}

function remove(entry) {
  const index = chosen.indexOf(entry);
  chosen.splice(index, 1);
  entry.row.remove();
  if (entry.sending) entry.sending.cancel();
  entry.gone = true;
  const next = chosen[Math.min(index, chosen.length - 1)];
  (next ? next.row.querySelector("[data-remove]") : form.querySelector("[data-files]")).focus();
  told();
}

function preview(file, picture) {
  if (!/^image\/(jpeg|png|webp|bmp)$/.test(file.type)) return;
  const address = URL.createObjectURL(file);
  picture.addEventListener("load", () => {
    picture.hidden = false;
    picture.nextElementSibling.remove();
    URL.revokeObjectURL(address);
  });
  picture.addEventListener("error", () => URL.revokeObjectURL(address));
  picture.src = address;
}

/** Shows how far one has come; said aloud is only that the connection is lost, and back. */
export function told(entry = null) {
  if (entry && entry.sending) {
    const { state, arrived, file, problem } = entry.sending;
    const bar = entry.row.querySelector("progress");
    bar.hidden = !["sending", "lost"].includes(state);
    bar.value = (100 * arrived) / file.size;
    const how = {
      waiting: words.waiting,
      sending: `${size(arrived)} / ${size(file.size)}`,
      lost: words.lost,
      whole: words.uploaded,
      refused: "",
      cancelled: "",
    };
    entry.row.querySelector("[data-state]").textContent = how[state];
    entry.row.querySelector("[data-size]").hidden = state === "sending"; // it says so itself
    entry.row.classList.toggle("file--whole", state === "whole");
    if (state === "refused") say(entry.row, reason(problem), problem.code);
  }
  const lost = chosen.some(({ sending }) => sending && sending.state === "lost");
  link.hidden = !lost;
  link.textContent = lost ? words.lostAll : "";
}

function reason(problem) {
  if (problem.code === "403" || problem.code === "not_signed_in") return words.signedOut;
  if (problem.code === UNREADABLE) return words.unreadable;
  return problem.message || words.unknown;
}

export function settled({ sending }) {
  return !sending || ["whole", "refused", "cancelled"].includes(sending.state);
}
