// A switch for keys without Ctrl or Alt (WCAG 2.1.4): who dictates, or meets them by accident,
// turns them off. The choice stays in this browser, for every page.

const NAME = "single-keys";

export class KeySwitch {
  constructor(box) {
    this.box = box;
    box.checked = kept() !== "off";
    box.addEventListener("change", () => keep(box.checked ? "on" : "off"));
  }

  get on() {
    return this.box.checked;
  }
}

function kept() {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return null; // storage is forbidden here
  }
}

function keep(word) {
  try {
    localStorage.setItem(NAME, word);
  } catch {
    // Then it holds for this page only.
  }
}
