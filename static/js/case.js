// The case page: its viewer, and the patience of the page while the site is away.

import { start } from "./viewer/viewer.js";

const viewer = document.querySelector("[data-viewer]");
if (viewer) start(viewer);

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
