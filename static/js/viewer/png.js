// Grey PNG files of 8 or 16 bits -> their samples. A browser's own decoder gives 8 bits and no more.

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/** A file (ArrayBuffer) -> { width, height, bits, samples }: a Uint8Array or Uint16Array, row by
 *  row. Throws an Error for what is no grey PNG without interlacing. */
export async function decode(buffer) {
  const header = read(new Uint8Array(buffer));
  const packed = new Blob(header.data);
  const stream = packed.stream().pipeThrough(new DecompressionStream("deflate"));
  const raw = new Uint8Array(await new Response(stream).arrayBuffer());
  return { ...header.shape, samples: samples(raw, header.shape) };
}

function read(bytes) {
  if (SIGNATURE.some((byte, i) => bytes[i] !== byte)) throw new Error("no PNG");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = [];
  let shape = null;
  for (let at = 8; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at);
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (kind === "IHDR") shape = shapeOf(view, at + 8);
    if (kind === "IDAT") data.push(bytes.subarray(at + 8, at + 8 + length));
    if (kind === "IEND") break;
    at += 12 + length;
  }
  if (!shape || !data.length) throw new Error("no picture in the PNG");
  return { shape, data };
}

function shapeOf(view, at) {
  const shape = { width: view.getUint32(at), height: view.getUint32(at + 4), bits: view.getUint8(at + 8) };
  const [colour, , , interlaced] = [9, 10, 11, 12].map((i) => view.getUint8(at + i));
  if (colour !== 0 || interlaced || ![8, 16].includes(shape.bits)) throw new Error("no plain grey PNG");
  return shape;
}

/** Undo the filters of each row (PNG specification, 9.2) and put the bytes of 16-bit samples
 *  together. */
function samples(raw, { width, height, bits }) {
  const step = bits / 8;
  const stride = width * step;
  if (raw.length < height * (stride + 1)) throw new Error("the PNG ends early");
  let above = new Uint8Array(stride);
  const out = bits === 8 ? new Uint8Array(width * height) : new Uint16Array(width * height);
  for (let row = 0; row < height; row += 1) {
    const start = row * (stride + 1) + 1;
    const line = raw.subarray(start, start + stride);
    unfilter(raw[start - 1], line, above, step);
    if (bits === 8) out.set(line, row * width);
    else for (let i = 0; i < width; i += 1) out[row * width + i] = (line[2 * i] << 8) | line[2 * i + 1];
    above = line;
  }
  return out;
}

function unfilter(kind, line, above, step) {
  if (kind === 0) return;
  for (let i = 0; i < line.length; i += 1) {
    const left = i >= step ? line[i - step] : 0;
    const up = above[i];
    if (kind === 1) line[i] += left;
    else if (kind === 2) line[i] += up;
    else if (kind === 3) line[i] += (left + up) >> 1;
    else if (kind === 4) line[i] += paeth(left, up, i >= step ? above[i - step] : 0);
    else throw new Error("unknown filter in the PNG");
  }
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}
