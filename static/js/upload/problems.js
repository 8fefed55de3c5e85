// What is wrong with the form: said above it, and beside each field.

import { form, part, sentenceWithCode, words } from "./page.js";

const problems = part("problems");
const list = part("problem-list");

function fieldOf(name) {
  const control = form.elements[name];
  const one = control instanceof RadioNodeList ? control[0] : control;
  return one && one.closest(".field");
}

export function clearField(name) {
  const field = fieldOf(name);
  if (!field) return;
  field.classList.remove("field--invalid");
  const errors = field.querySelector(":scope > .errorlist");
  if (errors) errors.replaceChildren();
}

export function markField(name, sentences) {
  const field = fieldOf(name);
  if (!field) return false;
  field.classList.add("field--invalid");
  const section = field.closest("details");
  if (section) section.open = true;
  let errors = field.querySelector(":scope > .errorlist");
  if (!errors) {
    errors = document.createElement("ul");
    errors.className = "errorlist";
    field.append(errors);
  }
  errors.replaceChildren(
    ...sentences.map((sentence) => {
      const item = document.createElement("li");
      item.textContent = sentence;
      return item;
    }),
  );
  return true;
}

export function show(lines) {
  list.replaceChildren(
    ...lines.map(([sentence, code]) => {
      const item = document.createElement("li");
      item.append(...sentenceWithCode(sentence, code));
      return item;
    }),
  );
  problems.hidden = lines.length === 0;
  if (lines.length) problems.focus();
}

export function clear() {
  show([]);
  for (const field of form.querySelectorAll(".field--invalid")) {
    field.classList.remove("field--invalid");
    const errors = field.querySelector(":scope > .errorlist");
    if (errors) errors.replaceChildren();
  }
}

/** Fields that the browser itself finds wrong. */
export function wrongFields() {
  const lines = [];
  for (const control of form.elements) {
    if (control.type === "file" || !control.name || control.checkValidity()) continue;
    markField(control.name, [control.validationMessage]);
    lines.push([words.mend]);
  }
  return lines;
}
