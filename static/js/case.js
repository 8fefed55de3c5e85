// The case page: its viewer, and the patience of the page while the site is away.

import { bePatient } from "./patience.js";
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

bePatient();
