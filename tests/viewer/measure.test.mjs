import assert from "node:assert/strict";
import { test } from "node:test";

import { distance, said, spacingOf } from "../../static/js/viewer/measure.js";

const [FROM, TO] = [{ x: 10, y: 10 }, { x: 40, y: 50 }];

test("without a spacing there are pixels and no millimetres", () => {
  assert.deepEqual(distance(FROM, TO, null), { value: 50, unit: "px", kind: "" });
  assert.equal(said(distance(FROM, TO, null)), "50 px");
});

test("rows and columns have their own spacing", () => {
  const spacing = { row: 0.1, column: 0.2, kind: "calibrated" };
  const measured = distance(FROM, TO, spacing);
  assert.ok(Math.abs(measured.value - Math.hypot(30 * 0.2, 40 * 0.1)) < 1e-12);
  assert.equal(said(measured), "7.2 mm");
  assert.equal(said(measured, { locale: "de" }), "7,2 mm");
});

test("millimetres of the detector say so", () => {
  const measured = distance(FROM, TO, { row: 0.1, column: 0.1, kind: "detector" });
  assert.equal(said(measured, { detector: "at the detector" }), "5.0 mm at the detector");
});

test("only a whole spacing counts", () => {
  assert.deepEqual(spacingOf({ row: "0.1", column: "0.2", kind: "calibrated" }), { row: 0.1, column: 0.2, kind: "calibrated" });
  for (const said of [{ row: "", column: "", kind: "" }, { row: "0.1", column: "0", kind: "calibrated" }, { row: "0.1", column: "0.1", kind: "" }]) {
    assert.equal(spacingOf(said), null);
  }
});
