import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { decode } from "../../static/js/viewer/png.js";

function chunk(kind, data) {
  const out = new Uint8Array(12 + data.length);
  new DataView(out.buffer).setUint32(0, data.length);
  out.set(Buffer.from(kind, "latin1"), 4);
  out.set(data, 8);
  return out;
}

function png({ width, height, bits, colour = 0, interlaced = 0, lines }) {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([bits, colour, 0, 0, interlaced], 8);
  const packed = deflateSync(Buffer.concat(lines.map((line) => Buffer.from(line))));
  const half = packed.length >> 1;
  const parts = [
    Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk("IHDR", header),
    chunk("tEXt", Buffer.from("what else there may be")),
    chunk("IDAT", packed.subarray(0, half)),
    chunk("IDAT", packed.subarray(half)),
    chunk("IEND", new Uint8Array()),
  ];
  const whole = Buffer.concat(parts);
  return whole.buffer.slice(whole.byteOffset, whole.byteOffset + whole.length);
}

const RAMP = [10, 20, 30, 40];

test("each filter gives the samples back", async () => {
  const lines = [
    [0, ...RAMP],
    [1, 10, 10, 10, 10], // left
    [2, 0, 0, 0, 5], // up
    [3, 5, 5, 6, 9], // average: 5 + (0+10)/2 = 10, 5 + (10+20)/2 = 20 ...
    [4, 0, 0, 0, 0], // Paeth: the first takes what is above
  ];
  const made = await decode(png({ width: 4, height: 5, bits: 8, lines }));
  assert.equal(made.bits, 8);
  assert.deepEqual([...made.samples.subarray(0, 4)], RAMP);
  assert.deepEqual([...made.samples.subarray(4, 8)], RAMP);
  assert.deepEqual([...made.samples.subarray(8, 12)], [10, 20, 30, 45]);
  assert.deepEqual([...made.samples.subarray(12, 16)], [10, 20, 31, 47]);
  assert.equal(made.samples[16], 10);
});

test("16 bits come whole", async () => {
  const lines = [
    [0, 0x12, 0x34, 0xff, 0xff],
    [2, 0, 1, 1, 1],
  ];
  const made = await decode(png({ width: 2, height: 2, bits: 16, lines }));
  assert.deepEqual([...made.samples], [0x1234, 0xffff, 0x1235, 0x0000]);
});

test("what it cannot read it refuses", async () => {
  await assert.rejects(decode(new ArrayBuffer(20)), /no PNG/);
  await assert.rejects(decode(png({ width: 1, height: 1, bits: 8, colour: 2, lines: [[0, 1, 1, 1]] })), /plain grey/);
  await assert.rejects(decode(png({ width: 1, height: 1, bits: 8, interlaced: 1, lines: [[0, 1]] })), /plain grey/);
  await assert.rejects(decode(png({ width: 9, height: 9, bits: 8, lines: [[0, 1]] })), /ends early/);
  await assert.rejects(decode(png({ width: 1, height: 1, bits: 8, lines: [[7, 1]] })), /unknown filter/);
});
