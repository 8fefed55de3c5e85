// The case page: keys of the viewer, and the patience of the page while the site is away.

const viewer = document.querySelector("[data-viewer]");

function press(button, name) {
  const on = viewer.classList.toggle(name);
  button.setAttribute("aria-pressed", String(on));
  return on;
}

if (viewer) {
  const stage = viewer.querySelector("[data-stage]");
  const zoom = viewer.querySelector("[data-zoom]");
  const invert = viewer.querySelector("[data-invert]");
  zoom.hidden = false;
  invert.hidden = false;

  // Enlarging keeps the middle in the middle; scrolling moves it, by finger, wheel or keys.
  zoom.addEventListener("click", () => {
    if (!press(zoom, "viewer--large")) return;
    stage.scrollLeft = (stage.scrollWidth - stage.clientWidth) / 2;
    stage.scrollTop = (stage.scrollHeight - stage.clientHeight) / 2;
  });
  invert.addEventListener("click", () => press(invert, "viewer--inverted"));

  const keys = { h: "#show-heatmap", z: "[data-zoom]", i: "[data-invert]" };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    const wanted = keys[event.key.toLowerCase()];
    const control = wanted && viewer.querySelector(wanted);
    if (control) {
      event.preventDefault();
      control.click();
    }
  });

  // Dragging with the mouse moves the enlarged radiograph.
  let from = null;
  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || !viewer.classList.contains("viewer--large")) return;
    from = { x: event.clientX + stage.scrollLeft, y: event.clientY + stage.scrollTop };
    stage.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  stage.addEventListener("pointermove", (event) => {
    if (!from) return;
    stage.scrollLeft = from.x - event.clientX;
    stage.scrollTop = from.y - event.clientY;
  });
  for (const end of ["pointerup", "pointercancel"]) {
    stage.addEventListener(end, () => {
      from = null;
    });
  }
}

// The fragment that replaces the switch must not switch the heatmap off again.
let heatmapShown = false;
document.addEventListener("change", (event) => {
  if (event.target.id === "show-heatmap") heatmapShown = event.target.checked;
});
document.addEventListener("htmx:oobAfterSwap", () => {
  const box = document.getElementById("show-heatmap");
  if (box) box.checked = heatmapShown;
});

// A question that found no site is asked again after a while, as long as the page is open.
function askAgain(event) {
  const poll = document.getElementById("poll");
  const status = event.detail.xhr ? event.detail.xhr.status : 0;
  if (event.detail.elt !== poll || (status >= 400 && status < 500)) return;
  setTimeout(() => {
    const now = document.getElementById("poll");
    if (now && window.htmx) window.htmx.trigger(now, "again");
  }, 5000);
}
for (const trouble of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.body.addEventListener(trouble, askAgain);
}
