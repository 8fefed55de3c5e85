// The window of one pane: a canvas over the radiograph, painted by a worker once somebody asks for
// another tone. Until then, and wherever that cannot be done, the radiograph is shown as sent.

import { dragged } from "./tone.js";
import { watch } from "./watch.js";

export class Toned {
  #waiting = [];
  #failed = !Toned.possible;

  /** `pane` has data-canonical, perhaps data-deep, and data-worker; `told(state)` hears "loading",
   *  "ready" or "failed". */
  constructor(pane, sheet, told) {
    Object.assign(this, { pane, sheet, told, tone: null, presets: null, range: 255 });
  }

  static get possible() {
    return typeof OffscreenCanvas !== "undefined" && typeof DecompressionStream !== "undefined";
  }

  drag(dx, dy) {
    this.#whenReady(() => this.#show(dragged(this.tone, this.range, dx, dy)));
  }

  preset(name) {
    this.#whenReady(() => this.#show({ ...this.presets[name], inverted: this.tone.inverted }));
  }

  invert() {
    this.#whenReady(() => this.#show({ ...this.tone, inverted: !this.tone.inverted }));
  }

  /** As sent again; what still waits for the grey levels is forgotten. */
  reset() {
    this.#waiting = [];
    this.tone = this.presets ? this.presets.sent : null;
    if (this.canvas) this.canvas.hidden = true;
  }

  #whenReady(then) {
    if (this.#failed) return;
    if (this.presets) {
      then();
      return;
    }
    this.#waiting.push(then);
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
    this.worker.onerror = () => this.#fail();
    const offscreen = canvas.transferControlToOffscreen();
    const { canonical, deep } = this.pane.dataset;
    this.told("loading");
    this.started = performance.now();
    this.worker.postMessage({ canvas: offscreen, canonical, deep: deep ?? "" }, [offscreen]);
  }

  #heard(message) {
    if (message.failed) this.#fail();
    else if (message.ready) this.#ready(message);
    else if (message.painted) this.canvas.hidden = this.#asSent;
  }

  #ready({ presets, range }) {
    Object.assign(this, { presets, range, tone: presets.sent });
    watch("viewer samples", this.started);
    for (const then of this.#waiting.splice(0)) then();
    this.told("ready");
  }

  #fail() {
    this.worker.terminate();
    this.canvas.remove();
    Object.assign(this, { worker: null, canvas: null, presets: null, tone: null });
    this.#waiting = [];
    this.#failed = true;
    this.told("failed");
  }

  get #asSent() {
    return this.tone === this.presets?.sent;
  }

  #show(tone) {
    const { sent } = this.presets;
    const same = !tone.inverted && tone.low === sent.low && tone.high === sent.high;
    this.tone = same ? sent : tone;
    // The file itself is shown for what was sent, not the straight line that comes nearest to it.
    if (same) this.canvas.hidden = true;
    else this.worker.postMessage({ tone });
  }
}
