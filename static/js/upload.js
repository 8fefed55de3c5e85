// Upload with drag and drop, a list of the chosen files, progress, and what is wrong beside each.
// Without this file the form is sent as it is, and the answer is a page.

const form = document.querySelector("form[data-upload]");
const input = form.querySelector("[data-files]");
const drop = form.querySelector("[data-drop]");
const list = form.querySelector("[data-list]");
const pattern = form.querySelector("template[data-file]");
const words = form.querySelector("[data-words]").dataset;
const problems = form.querySelector("[data-problems]");
const problemList = form.querySelector("[data-problem-list]");
const progress = form.querySelector("[data-progress]");
const bar = progress.querySelector("progress");
const progressWords = progress.querySelector("[data-progress-words]");
const button = form.querySelector("button[type=submit]");

const chosen = []; // { file, row }

function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  let power = 0;
  let number = bytes;
  while (number >= 1024 && power < units.length - 1) {
    number /= 1024;
    power += 1;
  }
  const language = document.documentElement.lang || "en";
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: units[power],
    maximumFractionDigits: power && number < 10 ? 1 : 0,
  }).format(number);
}

function say(row, sentence, code) {
  const place = row.querySelector(".file__error");
  place.hidden = !sentence;
  place.replaceChildren();
  row.classList.toggle("file--refused", Boolean(sentence));
  if (sentence) place.append(...sentenceWithCode(sentence, code));
}

function sentenceWithCode(sentence, code) {
  if (!code) return [sentence];
  const tag = document.createElement("span");
  tag.className = "code";
  tag.textContent = code;
  return [sentence, " ", tag];
}

function wrongBeforehand(file) {
  if (file.size > Number(words.maxBytes)) return [words.tooLarge, "too_many_bytes"];
  if (file.size === 0) return [words.empty, "empty_file"];
  return null;
}

function add(file) {
  const row = pattern.content.firstElementChild.cloneNode(true);
  const entry = { file, row };
  row.querySelector(".file__name").textContent = file.name;
  row.querySelector(".file__name").title = file.name;
  row.querySelector("[data-size]").textContent = size(file.size);
  const remove = row.querySelector("[data-remove]");
  remove.setAttribute("aria-label", `${remove.getAttribute("aria-label")}: ${file.name}`);
  remove.addEventListener("click", () => {
    const index = chosen.indexOf(entry);
    chosen.splice(index, 1);
    row.remove();
    const next = chosen[Math.min(index, chosen.length - 1)];
    (next ? next.row.querySelector("[data-remove]") : input).focus();
  });
  preview(file, row.querySelector("img"));
  const wrong = wrongBeforehand(file);
  if (wrong) say(row, ...wrong);
  chosen.push(entry);
  list.append(row);
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

function addAll(files) {
  for (const file of files) add(file);
  clearField("radiographs");
}

// What is wrong with the form

function fieldOf(name) {
  const control = form.elements[name];
  const one = control instanceof RadioNodeList ? control[0] : control;
  return one && one.closest(".field");
}

function clearField(name) {
  const field = fieldOf(name);
  if (!field) return;
  field.classList.remove("field--invalid");
  const errors = field.querySelector(":scope > .errorlist");
  if (errors) errors.replaceChildren();
}

function markField(name, sentences) {
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

function show(lines) {
  problemList.replaceChildren(
    ...lines.map(([sentence, code]) => {
      const item = document.createElement("li");
      item.append(...sentenceWithCode(sentence, code));
      return item;
    }),
  );
  problems.hidden = lines.length === 0;
  if (lines.length) problems.focus();
}

function clear() {
  show([]);
  for (const { file, row } of chosen) say(row, ...(wrongBeforehand(file) || [""]));
  for (const field of form.querySelectorAll(".field--invalid")) {
    field.classList.remove("field--invalid");
    const errors = field.querySelector(":scope > .errorlist");
    if (errors) errors.replaceChildren();
  }
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

function troubleBeforehand() {
  const lines = [];
  for (const control of form.elements) {
    if (control === input || !control.name || control.checkValidity()) continue;
    markField(control.name, [control.validationMessage]);
    lines.push([words.mend]);
  }
  if (!chosen.length) {
    markField("radiographs", [words.none]);
    lines.push([words.none]);
  }
  if (chosen.length > Number(words.maxFiles)) lines.push([words.tooMany, "too_many_files"]);
  const total = chosen.reduce((sum, { file }) => sum + file.size, 0);
  if (total > Number(words.maxRequestBytes)) lines.push([words.together, "too_many_bytes"]);
  if (chosen.some(({ file }) => wrongBeforehand(file))) lines.push([words.mend]);
  // Once is enough, however many places it is about.
  return lines.filter(([one], index) => lines.findIndex(([other]) => other === one) === index);
}

// Sending

function working(on) {
  button.disabled = on;
  progress.hidden = !on;
  form.setAttribute("aria-busy", String(on));
}

function send() {
  const sent = [...chosen];
  const data = new FormData(form); // the token stands first in it, before any file
  data.delete("radiographs");
  data.delete("views");
  for (const { file, row } of sent) {
    data.append("views", row.querySelector("select").value);
  }
  for (const { file } of sent) data.append("radiographs", file, file.name);

  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = (100 * event.loaded) / event.total;
    progressWords.textContent = `${words.sending}: ${size(event.loaded)} / ${size(event.total)}`;
  });
  request.upload.addEventListener("load", () => {
    bar.removeAttribute("value"); // checking takes as long as it takes
    progressWords.textContent = words.checking;
  });
  request.addEventListener("load", () => {
    if (request.status === 201 && request.response) {
      window.location.assign(request.response.location);
      return;
    }
    working(false);
    if (request.response && (request.response.files || request.response.errors)) {
      refuse(request.response, sent);
    } else {
      show([[words.unknown, String(request.status)]]);
    }
  });
  request.addEventListener("error", () => {
    working(false);
    show([[words.broken]]);
  });
  bar.value = 0;
  progressWords.textContent = words.sending;
  working(true);
  request.send(data);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  clear();
  const lines = troubleBeforehand();
  if (lines.length) show(lines);
  else send();
});

// Choosing

form.querySelector("[data-invite]").hidden = false;
form.querySelector("[data-plain]").classList.add("drop__plain--behind");
function take() {
  addAll(input.files);
  input.value = ""; // the same file may be chosen again after it was removed
}
input.addEventListener("change", take);
take(); // what was chosen before this script ran
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
  addAll(event.dataTransfer.files);
});
// Missing the target must not open the file in place of the page.
for (const name of ["dragover", "drop"]) {
  window.addEventListener(name, (event) => {
    if (!form.contains(event.target)) event.preventDefault();
  });
}
