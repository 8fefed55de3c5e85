// Which key does what, and when: on the viewer, or while nothing on the page has the focus.

const KEYS = {
  "+": "in",
  "=": "in",
  "-": "out",
  0: "fit",
  1: "actual",
  r: "turn",
  m: "mirror",
  i: "invert",
  "[": "narrower",
  "]": "wider",
  ",": "darker",
  ".": "brighter",
  h: "heatmap",
  o: "untouched",
  p: "move",
  w: "window",
  d: "measure",
  k: "mark",
  f: "fullscreen",
  x: "reset",
};
/** These scroll, press or go back elsewhere: only on the radiograph itself. */
const ON_STAGE = {
  Backspace: "undo",
  Enter: "press",
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

/** The deed that a key means here, or null. */
export function deedOf(event, viewer) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return null;
  const { target } = event;
  if (target.closest("[data-stage]") && ON_STAGE[event.key]) return ON_STAGE[event.key];
  const elsewhere = target !== document.body && !viewer.contains(target);
  if (elsewhere || target.closest("select, input:not([type=checkbox])")) return null;
  return KEYS[event.key] ?? KEYS[event.key.toLowerCase()] ?? null;
}

/** A switch for single keys (WCAG 2.1.4): who dictates, or meets them by accident, turns them off.
 *  The choice stays in this browser. */
export class KeySwitch {
  #name = "viewer-keys";

  constructor(box) {
    this.box = box;
    box.checked = this.#kept() !== "off";
    box.addEventListener("change", () => this.#keep(box.checked ? "on" : "off"));
  }

  get on() {
    return this.box.checked;
  }

  #kept() {
    try {
      return localStorage.getItem(this.#name);
    } catch {
      return null; // storage is forbidden here
    }
  }

  #keep(word) {
    try {
      localStorage.setItem(this.#name, word);
    } catch {
      // Then it holds for this page only.
    }
  }
}
