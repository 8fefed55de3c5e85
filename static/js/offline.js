// The page for "no network": it looks for the site again by itself, and opens what was wanted.

const EVERY = 10_000; // ms
const here = document.querySelector("[data-offline]").dataset.offline;

function open() {
  if (window.location.pathname === here) window.location.replace("/");
  else window.location.reload();
}

async function look() {
  try {
    const answer = await fetch("/livez", { cache: "no-store" });
    if (answer.ok) open();
  } catch {
    // not yet
  }
}

document.querySelector("[data-again]").addEventListener("click", open);
window.addEventListener("online", look);
setInterval(look, EVERY);
look();
