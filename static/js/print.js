// The printable report: its button, where there is a printer to ask for.

const button = document.querySelector("[data-print]");
button.hidden = typeof window.print !== "function";
button.addEventListener("click", () => window.print());
