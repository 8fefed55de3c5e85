import assert from "node:assert/strict";
import { test } from "node:test";

import { deedOf } from "../../static/js/viewer/keys.js";

const viewer = { contains: (node) => node.inside };
const body = { inside: false, closest: () => null };
globalThis.document = { body };

function at(place) {
  return { inside: true, closest: (wanted) => (place && wanted.includes(place) ? {} : null) };
}

test("b shows and hides the marks, h the heatmap, and o everything", () => {
  for (const [key, deed] of [["b", "marks"], ["B", "marks"], ["h", "heatmap"], ["o", "untouched"]]) {
    assert.equal(deedOf({ key, target: body }, viewer), deed);
  }
});

test("a key means nothing elsewhere, in a field, or with another key held", () => {
  assert.equal(deedOf({ key: "b", target: { inside: false, closest: () => null } }, viewer), null);
  assert.equal(deedOf({ key: "b", target: at("select") }, viewer), null);
  assert.equal(deedOf({ key: "b", target: body, ctrlKey: true }, viewer), null);
});

test("Enter presses on the radiograph alone", () => {
  assert.equal(deedOf({ key: "Enter", target: body }, viewer), null);
  assert.equal(deedOf({ key: "Enter", target: at("[data-stage]") }, viewer), "press");
});
