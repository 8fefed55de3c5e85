// The viewer of the case page: tools, buttons and keys for the pane that was touched last.
//
// Without this file the page shows each radiograph as large as it fits, and its heatmap by a switch.

import { KeySwitch } from "../key_switch.js";
import { deedOf } from "./keys.js";
import { Pane } from "./pane.js";
import { ReadMark } from "./read_mark.js";
import { Toned } from "./toned.js";

const STEP = 1.25;
const NUDGE = 48;
const TOOLS = ["move", "window", "measure", "mark"];

export function start(viewer) {
  const desk = new Desk(viewer);
  viewer.classList.add("viewer--live");
  for (const root of viewer.querySelectorAll("[data-pane]")) desk.panes.push(new Pane(root, desk));
  desk.begin();
}

class Desk {
  constructor(viewer) {
    const { locale, atDetector, zoom, loading, failed } = viewer.dataset;
    Object.assign(this, { viewer, panes: [], tool: "move" });
    this.words = { locale, detector: atDetector, zoom };
    this.states = { loading, failed, ready: "" };
    for (const hidden of viewer.querySelectorAll("[data-live]")) hidden.hidden = false;
    if (!Toned.possible) for (const one of viewer.querySelectorAll("[data-needs-tone]")) one.hidden = true;
    if (!document.fullscreenEnabled) viewer.querySelector("[data-do=fullscreen]").hidden = true;
  }

  begin() {
    this.keys = new KeySwitch(this.viewer.querySelector("[data-keys]"));
    this.readMark = new ReadMark(document.querySelector("[data-read]"), this.panes);
    this.viewer.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-do]");
      if (button) this.do(button.dataset.do);
    });
    const windows = this.viewer.querySelector("[data-presets]");
    windows.addEventListener("change", () => {
      if (windows.value) this.pane.tone.preset(windows.value);
      // The same window may be wished for again, after a drag or for the other radiograph.
      windows.value = "";
      this.pane.show();
    });
    this.#opacity();
    document.addEventListener("keydown", (event) => this.#key(event));
    this.chosen(this.panes[0]);
    this.choose(this.tool);
  }

  // What panes say.

  chosen(pane) {
    this.pane = pane;
    const several = this.panes.length > 1;
    for (const one of this.panes) one.root.classList.toggle("viewer__pane--chosen", several && one === pane);
    this.changed(pane);
  }

  changed(pane) {
    const zoom = Math.round(pane.view.scale * window.devicePixelRatio * 100);
    pane.root.querySelector("[data-zoomed]").textContent = this.words.zoom.replace("{}", `${zoom} %`);
    if (pane !== this.pane) return;
    this.#pressed("invert", Boolean(pane.tone.tone?.inverted));
    this.#pressed("fit", pane.fitted);
    this.#pressed("mirror", pane.view.mirrored);
  }

  told(pane, state) {
    pane.say(this.states[state] ?? "");
    this.changed(pane);
  }

  marked(pane, point) {
    this.readMark.put(pane, point);
  }

  // What people do.

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
      narrower: () => pane.tone.drag(-0.1, 0),
      wider: () => pane.tone.drag(0.1, 0),
      darker: () => pane.tone.drag(0, 0.05),
      brighter: () => pane.tone.drag(0, -0.05),
      reset: () => this.#reset(),
      untouched: () => this.#untouched(),
      fullscreen: () => this.#fullscreen(),
      press: () => pane.press(),
      undo: () => pane.rulers.undo(),
      left: () => pane.move(NUDGE, 0),
      right: () => pane.move(-NUDGE, 0),
      up: () => pane.move(0, NUDGE),
      down: () => pane.move(0, -NUDGE),
      heatmap: () => document.getElementById("show-heatmap")?.click(),
      marks: () => document.getElementById("show-marks")?.click(),
    };
    if (TOOLS.includes(name)) this.choose(name);
    else deeds[name]();
    pane.show();
  }

  choose(tool) {
    if (!this.viewer.querySelector(`[data-do=${tool}]`)) return;
    this.tool = tool;
    this.viewer.dataset.tool = tool;
    for (const name of TOOLS) this.#pressed(name, name === tool);
    for (const pane of this.panes) pane.show();
  }

  #reset() {
    this.pane.reset();
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

  /** The slider is replaced when an answer arrives: the viewer hears it, and sets the new one. */
  #opacity() {
    let strength = 100;
    this.viewer.addEventListener("input", ({ target }) => {
      if (!target.matches("[data-opacity]")) return;
      strength = Number(target.value);
      this.viewer.style.setProperty("--heatmap", String(strength / 100));
    });
    document.addEventListener("htmx:oobAfterSwap", () => {
      const slider = this.viewer.querySelector("[data-opacity]");
      if (slider) slider.value = strength;
    });
  }

  #key(event) {
    const name = this.keys.on ? deedOf(event, this.viewer) : null;
    if (!name) return;
    event.preventDefault();
    this.do(name);
  }

  #pressed(name, on) {
    this.viewer.querySelector(`[data-do=${name}]`)?.setAttribute("aria-pressed", String(on));
  }
}
