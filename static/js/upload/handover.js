// The form: it waits for its files, names them, and is sent until the site has answered.

import { chosen, say, settled, wrongBeforehand } from "./chosen.js";
import { pause } from "./link.js";
import { form, part, size, words } from "./page.js";
import { clear, markField, show, wrongFields } from "./problems.js";
import { send, whenever } from "./queue.js";
import { LinkLost } from "./tus.js";

const CHECKING = 180_000; // ms that the site may take to look into the files of a case
const progress = part("progress");
const bar = progress.querySelector("progress");
const progressWords = part("progress-words");
const button = form.querySelector("button[type=submit]");
let waiting = null; // an AbortController from the press of the button to the answer

function working(on) {
  waiting = on ? new AbortController() : null;
  button.disabled = on;
  progress.hidden = !on;
  form.setAttribute("aria-busy", String(on));
  if (on) part("stop").focus(); // the button that had it cannot keep it
}

function total(bytesOf) {
  return chosen.reduce((sum, entry) => sum + bytesOf(entry), 0);
}

whenever(() => {
  if (!waiting) return;
  const all = total(({ file }) => file.size);
  const arrived = total(({ sending }) => (sending ? sending.arrived : 0));
  bar.value = (100 * arrived) / all;
  const lost = chosen.some(({ sending }) => sending && sending.state === "lost");
  const far = `${words.sending}: ${size(arrived)} / ${size(all)}`;
  progressWords.textContent = lost ? words.lostAll : far;
});

function stuck({ file, sending }) {
  return wrongBeforehand(file) || (sending && sending.state === "refused");
}

function onTheWay(entry) {
  return !stuck(entry) && (!entry.sending || !settled(entry));
}

function trouble() {
  const lines = wrongFields();
  if (!chosen.length) {
    markField("radiographs", [words.none]);
    lines.push([words.none]);
  }
  if (chosen.length > Number(words.maxFiles)) lines.push([words.tooMany, "too_many_files"]);
  if (total(({ file }) => file.size) > Number(words.maxRequestBytes)) {
    lines.push([words.together, "too_many_bytes"]);
  }
  if (chosen.some(stuck)) lines.push([words.mend]);
  // Once is enough, however many places it is about.
  return lines.filter(([one], index) => lines.findIndex(([other]) => other === one) === index);
}

async function handOver() {
  working(true);
  const { signal } = waiting;
  const stopped = new Promise((resolve) => signal.addEventListener("abort", resolve));
  bar.value = 0;
  progressWords.textContent = words.sending;
  while (chosen.some(onTheWay) && !signal.aborted) {
    await Promise.race([Promise.all(chosen.map(({ waits }) => waits)), stopped]);
  }
  if (signal.aborted) return;
  const lines = trouble();
  const sent = [...chosen];
  const answer = lines.length ? null : await deliver(sent, signal);
  if (signal.aborted) return;
  if (answer && answer.status === 201 && answer.json) {
    window.location.assign(answer.json.location);
    return;
  }
  working(false);
  if (answer) judge(answer, sent);
  else show(lines);
}

/** The site knows these files: what it has made of them already it does not make twice. */
async function deliver(sent, signal) {
  bar.removeAttribute("value"); // checking takes as long as it takes
  for (let attempt = 0; ; attempt += 1) {
    progressWords.textContent = words.checking;
    const headers = { Accept: "application/json" };
    const options = { headers, body: named(sent), signal, quiet: CHECKING };
    try {
      return await send("POST", form.action, options);
    } catch (error) {
      if (!(error instanceof LinkLost)) throw error;
    }
    if (signal.aborted) return null;
    progressWords.textContent = words.lostAll;
    await pause(attempt, signal);
  }
}

function named(sent) {
  const data = new FormData(form);
  for (const name of ["radiographs", "photographs", "views"]) data.delete(name);
  for (const { row, sending, photograph } of sent) {
    data.append("uploads", sending.id);
    data.append("views", photograph ? "" : row.querySelector("select").value);
  }
  return data;
}

function judge({ status, json }, sent) {
  if (status === 401 || status === 403) show([[words.signedOut]]);
  else if (json && (json.files || json.errors)) refuse(json, sent);
  else show([[words.unknown, String(status)]]);
}

function refuse(answer, sent) {
  const lines = [];
  for (const { number, code, message } of answer.files || []) {
    const entry = sent[number - 1];
    if (entry) say(entry.row, message, code);
    else lines.push([message, code]);
  }
  for (const [name, sentences] of Object.entries(answer.errors || {})) {
    if (!markField(name, sentences)) lines.push(...sentences.map((sentence) => [sentence]));
  }
  show(lines.length ? lines : [[words.mend]]);
}

/** From now on the form is sent by this script. */
export function watch() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (waiting) return;
    clear();
    for (const entry of chosen) if (!stuck(entry)) say(entry.row, "");
    const lines = trouble();
    if (lines.length) show(lines);
    else handOver();
  });
  part("stop").addEventListener("click", () => {
    waiting.abort();
    working(false);
    button.focus();
  });
}
