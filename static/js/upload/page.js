// The form on the page: its parts, its sentences, and how sizes are written.

export const form = document.querySelector("form[data-upload]");
export const words = form.querySelector("[data-words]").dataset;

export function part(name) {
  return form.querySelector(`[data-${name}]`);
}

export function size(bytes) {
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

export function sentenceWithCode(sentence, code) {
  if (!code) return [sentence];
  const tag = document.createElement("span");
  tag.className = "code";
  tag.textContent = code;
  return [sentence, " ", tag];
}

/** A copy of a row's pattern; a button in it is named with the file's name too. */
export function rowOf(pattern, name, bytes) {
  const row = part(pattern).content.firstElementChild.cloneNode(true);
  row.querySelector(".file__name").textContent = name;
  row.querySelector(".file__name").title = name;
  row.querySelector("[data-size]").textContent = size(bytes);
  for (const button of row.querySelectorAll("button")) {
    const label = button.getAttribute("aria-label") || button.textContent.trim();
    button.setAttribute("aria-label", `${label}: ${name}`);
  }
  return row;
}
