import assert from "node:assert/strict";
import { createHash, webcrypto } from "node:crypto";
import { test } from "node:test";

import { LinkLost, Sending, UNREADABLE, beginsWith, nextSize } from "../../static/js/upload/tus.js";

const KIB = 1024;

/** A site that keeps what arrives; `breaks(request)` may throw, or give another answer. */
function site({ breaks = () => null } = {}) {
  const kept = { bytes: Buffer.alloc(0), requests: [], begun: 0, length: 0, about: "" };
  const answer = (status, headers = {}, json = null) => ({ status, json, header: (n) => headers[n] });
  kept.send = async (method, address, { headers, body, onProgress, signal }) => {
    const request = { method, address, headers, count: kept.requests.length };
    kept.requests.push(request);
    if (signal && signal.aborted) throw new LinkLost();
    assert.equal(headers["Tus-Resumable"], "1.0.0");
    const early = breaks(request, kept);
    if (early) return answer(...early);
    if (method === "POST") {
      kept.begun += 1;
      kept.bytes = Buffer.alloc(0);
      kept.length = Number(headers["Upload-Length"]);
      kept.about = headers["Upload-Metadata"];
      return answer(201, { Location: `/uploads/${kept.begun}/` });
    }
    if (method === "HEAD") return answer(200, { "Upload-Offset": String(kept.bytes.length) });
    if (method === "DELETE") return answer(204);
    if (Number(headers["Upload-Offset"]) !== kept.bytes.length) return answer(409);
    const bytes = Buffer.from(body);
    const sum = createHash("sha256").update(bytes).digest("base64");
    assert.equal(headers["Upload-Checksum"], `sha256 ${sum}`);
    onProgress(bytes.length);
    kept.bytes = Buffer.concat([kept.bytes, bytes]);
    const late = request.lostAnswer;
    if (late) throw new LinkLost();
    return answer(204, { "Upload-Offset": String(kept.bytes.length) });
  };
  return kept;
}

function drawn(length, name = "wrist.png") {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) bytes[at] = (at * 7919) % 251;
  return { bytes, file: Object.assign(new Blob([bytes]), { name }) };
}

function sending(kept, file, more = {}) {
  const states = [];
  const pauses = [];
  const made = new Sending({
    file,
    address: "/uploads/",
    send: kept.send,
    pause: async (attempt) => pauses.push(attempt),
    tell: ({ state, arrived }) => states.push([state, arrived]),
    subtle: webcrypto.subtle,
    ...more,
  });
  return { made, states, pauses };
}

test("a file arrives whole, in pieces", async () => {
  const kept = site();
  const { bytes, file } = drawn(900 * KIB, "Händ.png");
  const { made, states } = sending(kept, file, { photograph: true });
  await made.run();
  assert.equal(made.state, "whole");
  assert.equal(made.id, "1");
  assert.ok(kept.bytes.equals(bytes));
  assert.ok(kept.requests.filter(({ method }) => method === "PATCH").length >= 2);
  const name = Buffer.from(kept.about.split(",")[0].split(" ")[1], "base64").toString();
  assert.equal(name, "Händ.png");
  assert.match(kept.about, /,photograph$/);
  assert.deepEqual(states.at(-1), ["whole", file.size]);
});

test("a broken link costs a piece, and the waits grow until it is back", async () => {
  let down = 3;
  const kept = site({
    breaks: ({ method }, { bytes }) => {
      if (bytes.length >= 256 * KIB && method !== "POST" && down > 0) {
        down -= 1;
        throw new LinkLost();
      }
    },
  });
  const { bytes, file } = drawn(900 * KIB);
  const { made, states, pauses } = sending(kept, file);
  await made.run();
  assert.ok(kept.bytes.equals(bytes));
  assert.equal(kept.begun, 1);
  assert.deepEqual(pauses, [0, 1, 2]);
  assert.ok(states.some(([state]) => state === "lost"));
});

test("a piece whose answer was lost is not sent twice", async () => {
  const kept = site({ breaks: (request) => void (request.lostAnswer = request.count === 1) });
  const { bytes, file } = drawn(300 * KIB);
  const { made } = sending(kept, file);
  await made.run();
  assert.equal(made.state, "whole");
  assert.ok(kept.bytes.equals(bytes));
  assert.equal(kept.requests[2].method, "HEAD");
});

for (const status of [409, 429, 460, 500, 503]) {
  test(`after ${status} it asks how far it is and goes on`, async () => {
    const kept = site({ breaks: ({ count }) => (count === 1 ? [status] : null) });
    const { bytes, file } = drawn(10 * KIB);
    const { made, pauses } = sending(kept, file);
    await made.run();
    assert.ok(kept.bytes.equals(bytes));
    assert.deepEqual(pauses, [0]);
  });
}

test("what the site has forgotten begins again, but not for ever", async () => {
  const once = site({ breaks: ({ count }) => (count === 1 ? [410] : null) });
  const { bytes, file } = drawn(10 * KIB);
  const { made } = sending(once, file);
  await made.run();
  assert.ok(once.bytes.equals(bytes));
  assert.equal(once.begun, 2);

  const always = site({ breaks: ({ method }) => (method === "PATCH" ? [404] : null) });
  const other = sending(always, file).made;
  await other.run();
  assert.equal(other.state, "refused");
});

test("a refusal is told with its code, and not tried again", async () => {
  const json = { files: [{ number: 0, code: "too_much_kept", message: "Too much." }] };
  const kept = site({ breaks: () => [413, {}, json] });
  const { made, pauses } = sending(kept, drawn(10).file);
  await made.run();
  assert.equal(made.state, "refused");
  assert.deepEqual([made.problem.code, made.problem.message], ["too_much_kept", "Too much."]);
  assert.deepEqual([kept.requests.length, pauses.length], [1, 0]);
});

test("it goes on from what is known to have arrived", async () => {
  const kept = site();
  const { bytes, file } = drawn(300 * KIB);
  kept.bytes = bytes.subarray(0, 200 * KIB);
  const known = { location: "/uploads/9/", received: 200 * KIB };
  const { made } = sending(kept, file, { known });
  await made.run();
  assert.ok(kept.bytes.equals(bytes));
  assert.deepEqual(kept.requests.map(({ method }) => method), ["PATCH"]);

  const whole = sending(kept, file, { known: { location: "/uploads/9/", received: file.size } });
  await whole.made.run();
  assert.equal(whole.made.state, "whole");
  assert.equal(kept.requests.length, 1);
});

test("a file that the browser can no longer read is no broken link", async () => {
  const kept = site();
  const { file } = drawn(300 * KIB);
  let reads = 0;
  const slice = file.slice.bind(file);
  file.slice = (...range) => {
    reads += 1;
    if (reads > 1) throw new DOMException("gone", "NotReadableError");
    return slice(...range);
  };
  const { made, pauses } = sending(kept, file);
  await made.run();
  assert.deepEqual([made.state, made.problem.code, pauses.length], ["refused", UNREADABLE, 0]);
});

test("what is cancelled stops and is removed there", async () => {
  const kept = site();
  const { file } = drawn(900 * KIB);
  const { made } = sending(kept, file, {
    tell: (one) => {
      if (one.arrived > 0 && one.state === "sending") one.cancel();
    },
  });
  await made.run();
  assert.equal(made.state, "cancelled");
  assert.equal(kept.requests.at(-1).method, "DELETE");
  assert.ok(kept.bytes.length < file.size);
});

test("pieces grow on a good link, shrink on a bad one, within what the site takes", () => {
  assert.equal(nextSize(256 * KIB, 0.5), 512 * KIB);
  assert.equal(nextSize(256 * KIB, 5), 256 * KIB);
  assert.equal(nextSize(256 * KIB, 20), 128 * KIB);
  assert.equal(nextSize(64 * KIB, 90), 64 * KIB);
  assert.equal(nextSize(4096 * KIB, 0.1), 4096 * KIB);
});

test("a file goes on only where its beginning is the same to the byte", async () => {
  const { bytes, file } = drawn(1000);
  const sha256 = (from, to) => createHash("sha256").update(bytes.subarray(from, to)).digest("hex");
  const pieces = [
    { start: 0, length: 400, sha256: sha256(0, 400) },
    { start: 400, length: 200, sha256: sha256(400, 600) },
  ];
  assert.equal(await beginsWith(file, pieces, webcrypto.subtle), true);
  const other = Buffer.from(bytes);
  other[599] ^= 1; // another patient, the same name, the same length
  assert.equal(await beginsWith(new Blob([other]), pieces, webcrypto.subtle), false);
  assert.equal(await beginsWith(file, pieces, undefined), false);
});
