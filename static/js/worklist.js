// The worklist by keyboard: j and k go down and up its cases, Enter opens one, / searches.

import { KeySwitch } from "./key_switch.js";
import { bePatient } from "./patience.js";

const keys = new KeySwitch(document.querySelector("[data-keys]"));
for (const hidden of document.querySelectorAll("[data-live]")) hidden.hidden = false;

function step(by) {
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by));
  rows[next].focus();
  rows[next].closest("tr").scrollIntoView({ block: "nearest" });
}

const DEEDS = {
  j: () => step(1),
  k: () => step(-1),
  "/": () => document.querySelector("[data-find]").focus(),
};

document.addEventListener("keydown", (event) => {
  if (!keys.on || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
  const deed = DEEDS[event.key];
  if (!deed) return;
  event.preventDefault();
  deed();
});

bePatient();
