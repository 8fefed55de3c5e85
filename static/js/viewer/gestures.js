// Pointers, wheel and fingers on a stage -> what they mean. One pointer does what the chosen tool
// does; two fingers always zoom and move.

const WHEEL = 0.0016; // zoom, as a power of e, for each pixel that the wheel turned

/** `hands` has toolFor(event), start(tool, point), drag(tool, point, dx, dy), end(tool, point),
 *  cancel(tool), zoom(point, factor) and move(dx, dy); points and distances in CSS pixels of the
 *  stage. What was started is ended, or cancelled when it turns out to be something else. */
export function listen(stage, hands) {
  const down = new Map();
  let tool = null;

  const place = (event) => {
    const box = stage.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  stage.addEventListener(
    "wheel",
    (event) => {
      if (event.ctrlKey) return; // the browser's own zoom
      event.preventDefault();
      const pixels = event.deltaY * (event.deltaMode === 1 ? 33 : event.deltaMode === 2 ? 400 : 1);
      hands.zoom(place(event), Math.exp(-pixels * WHEEL));
    },
    { passive: false },
  );

  stage.addEventListener("pointerdown", (event) => {
    if (event.button > 1) return; // the right button opens the browser's menu
    down.set(event.pointerId, place(event));
    stage.setPointerCapture(event.pointerId);
    if (down.size === 1) {
      tool = hands.toolFor(event);
      hands.start(tool, place(event));
    } else if (tool) {
      hands.cancel(tool);
      tool = null;
    }
  });

  stage.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const now = place(event);
    if (down.size === 1 && tool) hands.drag(tool, now, now.x - before.x, now.y - before.y);
    if (down.size === 2) pinch(down, event.pointerId, now, hands);
    down.set(event.pointerId, now);
  });

  for (const name of ["pointerup", "pointercancel"]) {
    stage.addEventListener(name, (event) => {
      if (!down.delete(event.pointerId) || !tool) return;
      if (name === "pointerup") hands.end(tool, place(event));
      else hands.cancel(tool);
      tool = null;
    });
  }
}

function pinch(down, moving, now, hands) {
  const [other] = [...down].filter(([id]) => id !== moving).map(([, point]) => point);
  const before = down.get(moving);
  const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
  hands.move((now.x - before.x) / 2, (now.y - before.y) / 2);
  hands.zoom(middle, apart(now, other) / Math.max(1, apart(before, other)));
}

function apart(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
