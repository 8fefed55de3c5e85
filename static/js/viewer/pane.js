// One radiograph on its stage: where it lies, its tone, and what was measured and marked on it.

import * as geometry from "./geometry.js";
import { listen } from "./gestures.js";
import { spacingOf } from "./measure.js";
import { Rulers } from "./rulers.js";
import { Toned } from "./toned.js";
import { watch } from "./watch.js";

const STILL = 4; // CSS pixels: who moved less has pressed, not dragged

export class Pane {
  #drawing = 0;
  #pressed = null;

  /** `desk` is what panes share: { tool, words, changed(pane), chosen(pane), told(pane, state),
   *  marked(pane, point) }. */
  constructor(root, desk) {
    const { width, height, spacingRow, spacingColumn, spacingKind, marks } = root.dataset;
    Object.assign(this, { root, desk });
    this.image = { width: Number(width), height: Number(height) };
    this.stage = root.querySelector("[data-stage]");
    this.sheet = root.querySelector("[data-sheet]");
    this.tone = new Toned(root, this.sheet, (state) => desk.told(this, state));
    const spacing = spacingOf({ row: spacingRow, column: spacingColumn, kind: spacingKind });
    this.rulers = new Rulers(root.querySelector("[data-rulers]"), spacing, desk.words);
    this.rulers.marks = places(marks);
    this.sheet.style.width = `${this.image.width}px`;
    this.sheet.style.height = `${this.image.height}px`;
    this.#measureStage();
    this.view = geometry.fit(this.image, this.box);
    new ResizeObserver(() => this.#resized()).observe(this.stage);
    listen(this.stage, this);
    this.stage.addEventListener("pointerdown", () => desk.chosen(this), { capture: true });
    this.stage.addEventListener("focus", () => desk.chosen(this));
    this.show();
  }

  // What gestures.js asks for.

  toolFor(event) {
    if (event.button === 1) return "move";
    return event.shiftKey ? "window" : this.desk.tool;
  }

  start(tool, point) {
    this.#pressed = point;
    if (tool === "measure" && !this.rulers.open) this.rulers.begin(this.#onImage(point));
    else this.#pressed = { ...point, second: tool === "measure" };
  }

  drag(tool, point, dx, dy) {
    const start = performance.now();
    if (tool === "move") this.move(dx, dy);
    else if (tool === "window") this.tone.drag(dx / this.box.width, dy / this.box.height);
    else if (tool === "measure") {
      this.rulers.stretch(this.#onImage(point));
      this.show();
    }
    watch("viewer hand", start);
  }

  end(tool, point) {
    const pressed = this.#pressed;
    const still = Math.hypot(point.x - pressed.x, point.y - pressed.y) < STILL;
    if (tool === "mark" && still) this.mark(this.#onImage(point));
    // A line is dragged, or pressed at both ends.
    if (tool === "measure" && (!still || pressed.second)) this.#close(point);
    this.show();
  }

  cancel(tool) {
    if (tool === "measure") this.rulers.drop();
    this.show();
  }

  zoom(point, factor) {
    this.#look(geometry.zoomed(this.view, this.image, this.box, point, factor));
  }

  move(dx, dy) {
    this.#look(geometry.moved(this.view, this.image, this.box, dx, dy));
  }

  // What the buttons and keys ask for.

  /** Without a pointer: the middle of the stage is pressed. */
  press() {
    const { tool } = this.desk;
    const middle = { x: this.box.width / 2, y: this.box.height / 2 };
    this.start(tool, middle);
    this.end(tool, middle);
  }

  zoomMiddle(factor) {
    this.zoom({ x: this.box.width / 2, y: this.box.height / 2 }, factor);
  }

  fit() {
    this.#look(geometry.fit(this.image, this.box, this.view));
  }

  actualSize() {
    this.#look(geometry.actualSize(this.view, this.image, this.box, window.devicePixelRatio));
  }

  turn() {
    this.#look(geometry.turned(this.view, this.image, this.box));
  }

  mirror() {
    this.#look(geometry.mirrored(this.view));
  }

  /** The place that a read will point to; null takes it away. */
  mark(point) {
    const { width, height } = this.image;
    if (point && (point.x < 0 || point.y < 0 || point.x > width || point.y > height)) return;
    this.desk.marked(this, point);
    this.show();
  }

  reset() {
    this.rulers.clear();
    this.tone.reset();
    this.say("");
    this.#look(geometry.fit(this.image, this.box));
  }

  get fitted() {
    return geometry.isFitted(this.view, this.image, this.box);
  }

  /** Told under the radiograph, and to a screen reader. */
  say(words) {
    this.root.querySelector("[data-told]").textContent = words;
  }

  /** Drawn once a frame, however much happened in it. */
  show() {
    this.#drawing ||= requestAnimationFrame(() => {
      const start = performance.now();
      this.#drawing = 0;
      this.sheet.style.transform = `matrix(${geometry.matrix(this.view, this.box).join()})`;
      this.sheet.style.setProperty("--pixel", `${geometry.stagePixel(this.view)}px`);
      this.rulers.draw(this.view, this.box);
      this.stage.style.touchAction = this.fitted && this.desk.tool === "move" ? "pan-y" : "none";
      this.desk.changed(this);
      watch("viewer frame", start);
    });
  }

  #close(point) {
    this.rulers.close(this.#onImage(point));
    this.say(this.rulers.last);
  }

  #onImage(point) {
    return geometry.toImage(this.view, this.box, point);
  }

  #look(view) {
    this.view = view;
    this.show();
  }

  #measureStage() {
    this.box = { width: this.stage.clientWidth || 1, height: this.stage.clientHeight || 1 };
  }

  #resized() {
    const { fitted } = this;
    this.#measureStage();
    if (fitted) this.fit();
    else this.show();
  }
}

/** `12.5,30 7,8`: the marks of reads, in image pixels. */
function places(said = "") {
  const pairs = said.trim().split(" ").filter(Boolean);
  return pairs.map((pair) => pair.split(",").map(Number)).map(([x, y]) => ({ x, y }));
}
