// What was measured and marked on one radiograph, in image pixels, drawn over the stage.

import { toStage } from "./geometry.js";
import { distance, said } from "./measure.js";

const SVG = "http://www.w3.org/2000/svg";

export class Rulers {
  constructor(layer, spacing, words) {
    Object.assign(this, { layer, spacing, words, lines: [], open: null, marks: [], mark: null });
  }

  /** A line from here; it follows `stretch` until it is closed or dropped. */
  begin(point) {
    this.open = { from: point, to: point };
    this.lines.push(this.open);
  }

  stretch(point) {
    if (this.open) this.open.to = point;
  }

  close(point) {
    this.stretch(point);
    this.open = null;
  }

  drop() {
    this.lines = this.lines.filter((line) => line !== this.open);
    this.open = null;
  }

  /** The last line's length in words. */
  get last() {
    const line = this.lines.at(-1);
    return line ? said(distance(line.from, line.to, this.spacing), this.words) : "";
  }

  undo() {
    this.open = null;
    this.lines.pop();
  }

  clear() {
    this.open = null;
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
    const places = { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
    const label = element("text", { x: to.x + 8, y: to.y - 8 });
    if (to.x > stage.width - 120) {
      label.setAttribute("x", to.x - 8);
      label.setAttribute("text-anchor", "end");
    }
    label.textContent = said(distance(line.from, line.to, this.spacing), this.words);
    return [element("line", { ...places, class: "shadow" }), element("line", places), ...ends, label];
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
