// Radiographs on their way: chosen, dropped or photographed, sent in pieces while the form is
// filled in, and handed over with it. Without this file the form is sent as it is, and the answer
// is a page.

import { add } from "./upload/chosen.js";
import { watch } from "./upload/handover.js";
import { form, part } from "./upload/page.js";
import { begin } from "./upload/queue.js";

const drop = part("drop");
watch();

part("invite").hidden = false;
for (const plain of form.querySelectorAll("[data-plain]")) plain.classList.add("drop__plain--behind");
for (const [input, photograph] of [
  [part("files"), false],
  [part("photographs"), true],
]) {
  const take = () => {
    for (const file of input.files) add(file, photograph, begin);
    input.value = ""; // the same file may be chosen again after it was removed
  };
  input.addEventListener("change", take);
  take(); // what was chosen before this script ran
}
for (const name of ["dragenter", "dragover"]) {
  form.addEventListener(name, (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    drop.classList.add("drop--over");
  });
}
form.addEventListener("dragleave", (event) => {
  if (!form.contains(event.relatedTarget)) drop.classList.remove("drop--over");
});
form.addEventListener("drop", (event) => {
  drop.classList.remove("drop--over");
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  for (const file of event.dataTransfer.files) add(file, false, begin);
});
// Missing the target must not open the file in place of the page.
for (const name of ["dragover", "drop"]) {
  window.addEventListener(name, (event) => {
    if (!form.contains(event.target)) event.preventDefault();
  });
}
