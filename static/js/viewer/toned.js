// The window of one pane: a canvas over the radiograph, painted by a worker once somebody asks for
// another tone. Until then, and wherever that cannot be done, the radiograph is shown as sent.

import { dragged } from "./tone.js";

export class Toned {
  /** `pane` has data-canonical, perhaps data-deep, and data-worker; `told(state)` hears "loading",
   *  "ready" or "failed". */
  constructor(pane, sheet, told) {
    Object.assign(this, { pane, sheet, told, tone: null, presets: null, range: 255, waiting: [] });
  }

  static get possible() {
    return typeof OffscreenCanvas !== "undefined" && typeof DecompressionStream !== "undefined";
  }

  /** Does `then` once the samples are there. */
  whenReady(then) {
    if (this.presets) {
      then();
      return;
    }
    this.waiting.push(then);
    if (!this.worker) this.#start();
  }

  #start() {
    const canvas = document.createElement("canvas");
    canvas.className = "viewer__toned";
    canvas.hidden = true;
    this.sheet.querySelector(".viewer__radiograph").after(canvas);
    this.canvas = canvas;
    this.worker = new Worker(this.pane.dataset.worker, { type: "module" });
    this.worker.onmessage = ({ data }) => this.#heard(data);
    this.worker.onerror = () => this.#heard({ failed: "the worker did not start" });
    const offscreen = canvas.transferControlToOffscreen();
    const { canonical, deep } = this.pane.dataset;
    this.told("loading");
    this.started = performance.now();
    this.worker.postMessage({ canvas: offscreen, canonical, deep: deep ?? "" }, [offscreen]);
  }

  #heard(message) {
    if (message.failed) {
      this.worker.terminate();
      this.canvas.remove();
      this.worker = null;
      this.waiting = [];
      this.told("failed");
    } else if (message.ready) {
      Object.assign(this, { presets: message.presets, range: message.range });
      this.tone ??= message.presets.sent;
      performance.measure("viewer samples", { start: this.started });
      this.told("ready");
      for (const then of this.waiting.splice(0)) then();
    } else if (message.painted) {
      this.canvas.hidden = this.asSent;
    }
  }

  get asSent() {
    return this.tone === null || this.tone === this.presets?.sent;
  }

  drag(dx, dy) {
    this.whenReady(() => this.#show(dragged(this.tone, this.range, dx, dy)));
  }

  preset(name) {
    this.whenReady(() => this.#show({ ...this.presets[name], inverted: this.tone.inverted }));
  }

  invert() {
    this.whenReady(() => this.#show({ ...this.tone, inverted: !this.tone.inverted }));
  }

  reset() {
    this.tone = this.presets ? this.presets.sent : null;
    if (this.canvas) this.canvas.hidden = true;
  }

  #show(tone) {
    this.tone = tone;
    this.worker.postMessage({ tone });
  }
}
