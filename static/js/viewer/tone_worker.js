// Window and level off the page's own thread: holds the samples of one radiograph and paints them
// through a table. Of the tones that arrive while one is painted only the last is.

import { decode } from "./png.js";
import { presets, table, windowLike } from "./tone.js";

let picture = null;
let context = null;
let image = null; // its pixels, made once: a large radiograph takes hundreds of megabytes of them
let wanted = null;

self.onmessage = async ({ data }) => {
  if (data.canvas) await load(data);
  if (data.tone) show(data.tone);
};

async function load({ canvas: given, canonical, deep }) {
  try {
    const grey = await fetched(canonical);
    const fine = deep ? await fetched(deep) : null;
    picture = fine ?? grey;
    const { width, height } = picture;
    Object.assign(given, { width, height });
    context = given.getContext("2d", { alpha: false });
    image = context.createImageData(width, height);
    const values = 1 << picture.bits;
    const counts = new Uint32Array(values);
    for (const sample of picture.samples) counts[sample] += 1;
    const whole = { low: 0, high: 255, inverted: false };
    const asSent = fine ? windowLike(fine.samples, grey.samples) : whole;
    const all = presets(counts, asSent);
    self.postMessage({ ready: true, presets: { ...all, sent: asSent ?? all.whole }, range: top(counts) });
  } catch (error) {
    self.postMessage({ failed: String(error.message ?? error) });
  }
}

/** The largest value there is: what a drag across the stage is measured by. */
function top(counts) {
  let value = counts.length - 1;
  while (value > 1 && !counts[value]) value -= 1;
  return value;
}

async function fetched(address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return decode(await answer.arrayBuffer());
}

function show(tone) {
  const idle = wanted === null;
  wanted = tone;
  // Whatever else has arrived by then is seen first.
  if (idle) setTimeout(paint, 0);
}

function paint() {
  const tone = wanted;
  wanted = null;
  if (!picture || !tone) return;
  const { samples, bits } = picture;
  const colours = greys(table(tone, 1 << bits));
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < samples.length; i += 1) pixels[i] = colours[samples[i]];
  context.putImageData(image, 0, 0);
  self.postMessage({ painted: true });
}

/** Opaque RGBA for each value; all three colours alike, so the byte order does not matter. */
function greys(grey) {
  const colours = new Uint32Array(grey.length);
  const bytes = new Uint8Array(colours.buffer);
  for (let i = 0; i < grey.length; i += 1) bytes.fill(grey[i], 4 * i, 4 * i + 3).fill(255, 4 * i + 3, 4 * i + 4);
  return colours;
}
