import assert from "node:assert/strict";
import { test } from "node:test";

import * as geometry from "../../static/js/viewer/geometry.js";

const IMAGE = { width: 300, height: 200 };
const STAGE = { width: 600, height: 600 };
const WAYS = [0, 1, 2, 3].flatMap((turns) => [false, true].map((mirrored) => ({ turns, mirrored })));

function near(point, wanted, within = 1e-9) {
  assert.ok(Math.abs(point.x - wanted.x) < within && Math.abs(point.y - wanted.y) < within, JSON.stringify([point, wanted]));
}

test("fitted, the whole radiograph lies in the middle of the stage", () => {
  const view = geometry.fit(IMAGE, STAGE);
  assert.equal(view.scale, 2);
  near(geometry.toStage(view, STAGE, { x: 0, y: 0 }), { x: 0, y: 100 });
  near(geometry.toStage(view, STAGE, { x: 300, y: 200 }), { x: 600, y: 500 });
});

test("turned by a quarter, its upper left corner is at the upper right", () => {
  const view = geometry.turned(geometry.fit(IMAGE, STAGE), IMAGE, STAGE);
  near(geometry.toStage(view, STAGE, { x: 0, y: 0 }), { x: 500, y: 0 });
  near(geometry.toStage(view, STAGE, { x: 300, y: 0 }), { x: 500, y: 600 });
});

test("four turns and two mirrorings change nothing", () => {
  const first = geometry.fit(IMAGE, STAGE);
  let view = first;
  for (let i = 0; i < 4; i += 1) view = geometry.turned(view, IMAGE, STAGE);
  assert.deepEqual(view, first);
  for (const way of WAYS) {
    const before = geometry.fit(IMAGE, STAGE, way);
    assert.deepEqual(geometry.mirrored(geometry.mirrored(before)), before);
  }
});

test("mirroring exchanges left and right as they are seen, whatever the turn", () => {
  for (const way of WAYS) {
    const before = geometry.fit(IMAGE, STAGE, way);
    for (const point of [{ x: 10, y: 20 }, { x: 280, y: 150 }]) {
      const was = geometry.toStage(before, STAGE, point);
      const is = geometry.toStage(geometry.mirrored(before), STAGE, point);
      near(is, { x: STAGE.width - was.x, y: was.y });
    }
  }
});

test("stage to image is the way back", () => {
  for (const way of WAYS) {
    const view = { ...geometry.fit(IMAGE, STAGE, way), scale: 3.7, x: 40, y: 170 };
    for (const point of [{ x: 0, y: 0 }, { x: 123.4, y: 7 }]) {
      near(geometry.toImage(view, STAGE, geometry.toStage(view, STAGE, point)), point);
    }
  }
});

test("zooming keeps what lies under the cursor", () => {
  for (const way of WAYS) {
    const view = geometry.fit(IMAGE, STAGE, way);
    const cursor = { x: 250, y: 330 };
    const held = geometry.toImage(view, STAGE, cursor);
    const closer = geometry.zoomed(view, IMAGE, STAGE, cursor, 3);
    assert.equal(closer.scale, 3 * view.scale);
    near(geometry.toStage(closer, STAGE, held), cursor);
  }
});

test("zoom has limits", () => {
  const view = geometry.fit(IMAGE, STAGE);
  const middle = { x: 300, y: 300 };
  assert.equal(geometry.zoomed(view, IMAGE, STAGE, middle, 1e6).scale, geometry.LARGEST);
  assert.equal(geometry.zoomed(view, IMAGE, STAGE, middle, 1e-6).scale, 0.25);
  const large = { width: 6000, height: 6000 };
  const fitted = geometry.fit(large, STAGE);
  assert.equal(geometry.zoomed(fitted, large, STAGE, middle, 1e-6).scale, fitted.scale / 2);
});

test("a drag moves the radiograph with the hand, and never quite off the stage", () => {
  for (const way of WAYS) {
    const view = { ...geometry.fit(IMAGE, STAGE, way), scale: 4 };
    const point = geometry.toImage(view, STAGE, { x: 300, y: 300 });
    near(geometry.toStage(geometry.moved(view, IMAGE, STAGE, 30, -50), STAGE, point), { x: 330, y: 250 });
    const far = geometry.moved(view, IMAGE, STAGE, 1e5, 1e5);
    assert.ok([0, IMAGE.width].includes(far.x) && [0, IMAGE.height].includes(far.y));
  }
});

test("pixel for pixel is one pixel of the screen, not of CSS", () => {
  assert.equal(geometry.actualSize(geometry.fit(IMAGE, STAGE), IMAGE, STAGE, 2).scale, 0.5);
  const large = { width: 3000, height: 3000 };
  assert.equal(geometry.actualSize(geometry.fit(large, STAGE), large, STAGE, 2).scale, 0.5);
});

test("what is fitted knows it", () => {
  const view = geometry.fit(IMAGE, STAGE);
  assert.ok(geometry.isFitted(view, IMAGE, STAGE));
  assert.ok(!geometry.isFitted(geometry.moved(view, IMAGE, STAGE, 9, 0), IMAGE, STAGE));
  assert.ok(geometry.isFitted(geometry.turned(view, IMAGE, STAGE), IMAGE, STAGE));
});

test("a line of so many image pixels is one pixel of the stage thick, however it lies", () => {
  for (const way of WAYS) {
    const view = { ...geometry.fit(IMAGE, STAGE, way), scale: 3.2 };
    const [from, to] = [{ x: 10, y: 20 }, { x: 10 + geometry.stagePixel(view), y: 20 }];
    const [a, b] = [from, to].map((point) => geometry.toStage(view, STAGE, point));
    assert.ok(Math.abs(Math.hypot(a.x - b.x, a.y - b.y) - 1) < 1e-9);
  }
});
