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
  b: "marks",
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
