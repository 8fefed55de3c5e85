// What was measured and marked on one radiograph, in image pixels, drawn over the stage.

import { toStage } from "./geometry.js";
import { distance, said } from "./measure.js";

const SHORTEST = 4; // CSS pixels; less was a press, not a line
const SVG = "http://www.w3.org/2000/svg";

export class Rulers {
  constructor(layer, spacing, words) {
    Object.assign(this, { layer, spacing, words, lines: [], drawn: null, marks: [], mark: null });
  }

  begin(point) {
    this.drawn = { from: point, to: point };
    this.lines.push(this.drawn);
  }

  stretch(point) {
    if (this.drawn) this.drawn.to = point;
  }

  /** Whether a line was left, at so many CSS pixels to an image pixel. */
  finish(scale) {
    const line = this.drawn;
    this.drawn = null;
    if (!line) return false;
    const long = Math.hypot(line.to.x - line.from.x, line.to.y - line.from.y) * scale;
    if (long < SHORTEST) this.lines.pop();
    return long >= SHORTEST;
  }

  /** The last line's length in words. */
  get last() {
    const line = this.lines.at(-1);
    return line ? said(distance(line.from, line.to, this.spacing), this.words) : "";
  }

  undo() {
    return this.lines.pop() !== undefined;
  }

  clear() {
    this.lines = [];
  }

  draw(view, stage) {
    this.layer.setAttribute("viewBox", `0 0 ${stage.width} ${stage.height}`);
    const marks = this.mark ? [...this.marks, this.mark] : this.marks;
    this.layer.replaceChildren(
      ...marks.flatMap((mark) => marked(toStage(view, stage, mark), mark === this.mark)),
      ...this.lines.flatMap((line) => this.#drawn(line, view, stage)),
    );
  }

  #drawn(line, view, stage) {
    const [from, to] = [line.from, line.to].map((point) => toStage(view, stage, point));
    const ends = [from, to].map(({ x, y }) => element("circle", { cx: x, cy: y, r: 3 }));
    const stroke = element("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y });
    const shadow = element("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y, class: "shadow" });
    const label = element("text", { x: to.x + 8, y: to.y - 8 });
    if (to.x > stage.width - 120) {
      label.setAttribute("x", to.x - 8);
      label.setAttribute("text-anchor", "end");
    }
    label.textContent = said(distance(line.from, line.to, this.spacing), this.words);
    return [shadow, stroke, ...ends, label];
  }
}

function marked({ x, y }, fresh) {
  const round = { cx: x, cy: y, r: 14 };
  const kind = fresh ? "mark mark--fresh" : "mark";
  return [element("circle", { ...round, class: "shadow" }), element("circle", { ...round, class: kind })];
}

function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
