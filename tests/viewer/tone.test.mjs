import assert from "node:assert/strict";
import { test } from "node:test";

import { NARROWEST, dragged, percentile, presets, table, windowLike } from "../../static/js/viewer/tone.js";

test("below the window black, above it white, linear between", () => {
  const grey = table({ low: 100, high: 200, inverted: false }, 256);
  assert.deepEqual([grey[0], grey[100], grey[150], grey[200], grey[255]], [0, 0, 128, 255, 255]);
});

test("as sent, 8 bits stay what they are", () => {
  const grey = table({ low: 0, high: 255, inverted: false }, 256);
  assert.ok(grey.every((shown, value) => shown === value));
});

test("inverted, black and white change places", () => {
  const tone = { low: 1000, high: 3000, inverted: false };
  const [plain, inverted] = [table(tone, 65536), table({ ...tone, inverted: true }, 65536)];
  for (const value of [0, 1000, 1500, 2990, 65535]) assert.ok(Math.abs(plain[value] + inverted[value] - 255) <= 1);
});

test("to the right wider, upwards brighter, also when inverted", () => {
  const tone = { low: 100, high: 200, inverted: false };
  const wider = dragged(tone, 255, 0.5, 0);
  assert.deepEqual([wider.low, wider.high], [50, 250]);
  for (const inverted of [false, true]) {
    const start = { ...tone, inverted };
    const brighter = dragged(start, 255, 0, -0.2);
    assert.ok(table(brighter, 256)[150] > table(start, 256)[150]);
  }
});

test("a window stays open, and within what there is", () => {
  let tone = { low: 0, high: 255, inverted: false };
  for (let i = 0; i < 50; i += 1) tone = dragged(tone, 255, -1, 1);
  assert.ok(tone.high - tone.low >= NARROWEST);
  assert.ok((tone.low + tone.high) / 2 <= 255);
});

test("percentiles leave out what is black", () => {
  const histogram = new Uint32Array(256);
  histogram[0] = 1_000_000;
  histogram[10] = 50;
  histogram[20] = 50;
  assert.equal(percentile(histogram, 0), 1);
  assert.equal(percentile(histogram, 0.5), 10);
  assert.equal(percentile(histogram, 0.51), 20);
});

test("presets of a blank image are still windows", () => {
  for (const preset of Object.values(presets(new Uint32Array(256), { low: 0, high: 255 }))) {
    assert.ok(preset.high > preset.low);
  }
});

test("the window that shows 16 bits as the 8-bit rendition does", () => {
  const deep = Uint16Array.from({ length: 4096 }, (_, i) => i);
  const grey = Uint8Array.from(deep, (value) => Math.min(255, Math.max(0, ((value - 700) / 2000) * 255)));
  const found = windowLike(deep, grey);
  assert.ok(Math.abs(found.low - 700) < 20 && Math.abs(found.high - 2700) < 20, JSON.stringify(found));
  assert.equal(windowLike(deep, new Uint8Array(4096)), null);
});
