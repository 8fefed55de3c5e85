// The viewer of the case page: tools, buttons and keys for the pane that was touched last.
//
// Without this file the page shows each radiograph as large as it fits, and its heatmap by a switch.

import { Pane } from "./pane.js";
import { Toned } from "./toned.js";

const STEP = 1.25;
const NUDGE = 48;

export function start(viewer) {
  const desk = new Desk(viewer);
  viewer.classList.add("viewer--live");
  for (const root of viewer.querySelectorAll("[data-pane]")) desk.panes.push(new Pane(root, desk));
  desk.chosen(desk.panes[0]);
  desk.listen();
}

class Desk {
  constructor(viewer) {
    const { locale, atDetector, loading, failed } = viewer.dataset;
    Object.assign(this, { viewer, panes: [], tool: "move" });
    this.words = { locale, detector: atDetector };
    this.states = { loading, failed, ready: "" };
    for (const hidden of viewer.querySelectorAll("[data-live]")) hidden.hidden = false;
    if (!Toned.possible) for (const one of viewer.querySelectorAll("[data-needs-tone]")) one.hidden = true;
    if (!document.fullscreenEnabled) viewer.querySelector("[data-do=fullscreen]").hidden = true;
  }

  // What panes say.

  chosen(pane) {
    this.pane = pane;
    for (const one of this.panes) one.root.classList.toggle("viewer__pane--chosen", one === pane && this.panes.length > 1);
    this.changed(pane);
  }

  changed(pane) {
    if (pane !== this.pane) return;
    const { tone } = pane.tone;
    this.#pressed("invert", Boolean(tone?.inverted));
    this.#pressed("fit", pane.fitted);
    this.#pressed("mirror", pane.view.mirrored);
    pane.root.querySelector("[data-zoomed]").textContent = `${Math.round(pane.view.scale * window.devicePixelRatio * 100)} %`;
  }

  told(pane, state) {
    pane.say(this.states[state] ?? "");
    this.changed(pane);
  }

  /** A place was marked, or its mark taken away: the form of the read keeps it. */
  marked(pane, point) {
    const form = document.querySelector("[data-read]");
    if (!form) return;
    for (const one of this.panes) if (one !== pane) one.rulers.mark = null;
    form.elements.marked_radiograph.value = point ? pane.root.dataset.radiograph : "";
    form.elements.marked_x.value = point ? point.x.toFixed(1) : "";
    form.elements.marked_y.value = point ? point.y.toFixed(1) : "";
    form.querySelector("[data-marked-words]").hidden = !point;
  }

  // What people do.

  listen() {
    this.viewer.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-do]");
      if (button) this.do(button.dataset.do);
    });
    this.viewer.querySelector("[data-presets]").addEventListener("change", ({ target }) => {
      if (target.value) this.pane.tone.preset(target.value);
      this.pane.show();
    });
    // The slider is replaced when an answer arrives: the viewer hears it.
    this.viewer.addEventListener("input", ({ target }) => {
      if (target.matches("[data-opacity]")) this.viewer.style.setProperty("--heatmap", String(target.value / 100));
    });
    document.addEventListener("keydown", (event) => this.#key(event));
    const unmark = document.querySelector("[data-unmark]");
    unmark?.addEventListener("click", () => this.panes.forEach((pane) => pane.mark(null)));
    this.choose(this.tool);
  }

  do(name) {
    const { pane } = this;
    const deeds = {
      in: () => pane.zoomMiddle(STEP),
      out: () => pane.zoomMiddle(1 / STEP),
      fit: () => pane.fit(),
      actual: () => pane.actualSize(),
      turn: () => pane.turn(),
      mirror: () => pane.mirror(),
      invert: () => pane.tone.invert(),
      reset: () => this.#reset(),
      untouched: () => this.#untouched(),
      fullscreen: () => this.#fullscreen(),
      move: () => this.choose("move"),
      window: () => this.choose("window"),
      measure: () => this.choose("measure"),
      mark: () => this.viewer.querySelector("[data-do=mark]") && this.choose("mark"),
      undo: () => pane.rulers.undo(),
      left: () => pane.move(NUDGE, 0),
      right: () => pane.move(-NUDGE, 0),
      up: () => pane.move(0, NUDGE),
      down: () => pane.move(0, -NUDGE),
      heatmap: () => document.getElementById("show-heatmap")?.click(),
    };
    deeds[name]?.();
    pane.show();
  }

  choose(tool) {
    this.tool = tool;
    this.viewer.dataset.tool = tool;
    for (const name of ["move", "window", "measure", "mark"]) this.#pressed(name, name === tool);
    for (const pane of this.panes) pane.show();
  }

  #reset() {
    this.pane.reset();
    this.viewer.querySelector("[data-presets]").value = "";
    this.viewer.classList.remove("viewer--untouched");
    this.#pressed("untouched", false);
  }

  #untouched() {
    this.#pressed("untouched", this.viewer.classList.toggle("viewer--untouched"));
  }

  #fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.viewer.requestFullscreen();
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea, summary, dialog")) return;
    const name = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
    const arrow = event.key.startsWith("Arrow");
    // Arrows scroll the page, unless the radiograph is what one is at.
    if (!name || (arrow && !event.target.closest("[data-stage]"))) return;
    event.preventDefault();
    this.do(name);
  }

  #pressed(name, on) {
    this.viewer.querySelector(`[data-do=${name}]`)?.setAttribute("aria-pressed", String(on));
  }
}

const KEYS = {
  "+": "in",
  "=": "in",
  "-": "out",
  0: "fit",
  1: "actual",
  r: "turn",
  m: "mirror",
  i: "invert",
  h: "heatmap",
  o: "untouched",
  p: "move",
  w: "window",
  d: "measure",
  k: "mark",
  f: "fullscreen",
  Backspace: "undo",
  x: "reset",
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};
