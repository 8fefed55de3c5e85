// Where a radiograph lies on its stage. Pure: numbers in, numbers out.
//
// A view is { scale, x, y, turns, mirrored }: CSS pixels to an image pixel, the image point (in
// image pixels) in the middle of the stage, quarter turns clockwise, and left-right mirroring,
// which comes before the turn. `image` and `stage` are { width, height } in their own pixels.

export const LARGEST = 16;
const SMALLEST = 0.5; // of the scale that fits
const FINEST = 0.25; // pixel for pixel on the finest screens there are

/** The whole radiograph, as large as the stage allows; turns and mirroring are kept. */
export function fit(image, stage, view = { turns: 0, mirrored: false }) {
  return {
    scale: fittingScale(image, stage, view.turns),
    x: image.width / 2,
    y: image.height / 2,
    turns: view.turns,
    mirrored: view.mirrored,
  };
}

export function fittingScale(image, stage, turns) {
  const [width, height] = turns % 2 ? [image.height, image.width] : [image.width, image.height];
  return Math.min(stage.width / width, stage.height / height);
}

/** The linear part of image -> stage as [a, b, c, d] of a CSS matrix. */
function linear(view) {
  const [cos, sin] = [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
  ][view.turns];
  const across = view.mirrored ? -view.scale : view.scale;
  return [cos * across, sin * across, -sin * view.scale, cos * view.scale];
}

/** [a, b, c, d, e, f]: image pixels -> CSS pixels of the stage, origin at its upper left corner. */
export function matrix(view, stage) {
  const [a, b, c, d] = linear(view);
  return [
    a,
    b,
    c,
    d,
    stage.width / 2 - a * view.x - c * view.y,
    stage.height / 2 - b * view.x - d * view.y,
  ];
}

/** How many image pixels are one CSS pixel of the stage: a line that wide is one pixel thick,
 *  however the radiograph is enlarged. */
export function stagePixel(view) {
  return 1 / view.scale;
}

export function toStage(view, stage, point) {
  const [a, b, c, d, e, f] = matrix(view, stage);
  return { x: a * point.x + c * point.y + e, y: b * point.x + d * point.y + f };
}

export function toImage(view, stage, point) {
  const [a, b, c, d, e, f] = matrix(view, stage);
  const [dx, dy, area] = [point.x - e, point.y - f, a * d - b * c];
  return { x: (d * dx - c * dy) / area, y: (a * dy - b * dx) / area };
}

/** Larger or smaller by `factor`, with what lies under `point` (of the stage) staying there. */
export function zoomed(view, image, stage, point, factor) {
  const least = Math.min(FINEST, SMALLEST * fittingScale(image, stage, view.turns));
  const scale = Math.min(LARGEST, Math.max(least, view.scale * factor));
  const held = toImage(view, stage, point);
  const there = toImage({ ...view, scale }, stage, point);
  return within({ ...view, scale, x: view.x + held.x - there.x, y: view.y + held.y - there.y }, image);
}

/** One image pixel to one pixel of the screen, about the middle. */
export function actualSize(view, image, stage, pixelRatio) {
  const middle = { x: stage.width / 2, y: stage.height / 2 };
  return zoomed(view, image, stage, middle, 1 / pixelRatio / view.scale);
}

/** Moved by CSS pixels of the stage. */
export function moved(view, image, stage, dx, dy) {
  const from = toImage(view, stage, { x: 0, y: 0 });
  const to = toImage(view, stage, { x: dx, y: dy });
  return within({ ...view, x: view.x + from.x - to.x, y: view.y + from.y - to.y }, image);
}

/** A quarter turn clockwise; what was fitted is fitted again. */
export function turned(view, image, stage) {
  const fitted = isFitted(view, image, stage);
  const next = { ...view, turns: (view.turns + 1) % 4 };
  return fitted ? fit(image, stage, next) : next;
}

/** Left and right exchanged as the eye sees them, whatever the turn. */
export function mirrored(view) {
  const turns = view.turns % 2 ? (view.turns + 2) % 4 : view.turns;
  return { ...view, mirrored: !view.mirrored, turns };
}

export function isFitted(view, image, stage) {
  const fitted = fit(image, stage, view);
  return (
    Math.abs(view.scale / fitted.scale - 1) < 1e-6 &&
    Math.abs(view.x - fitted.x) < 0.5 &&
    Math.abs(view.y - fitted.y) < 0.5
  );
}

/** What lies in the middle of the stage is always a part of the radiograph. */
function within(view, image) {
  return {
    ...view,
    x: Math.min(image.width, Math.max(0, view.x)),
    y: Math.min(image.height, Math.max(0, view.y)),
  };
}
