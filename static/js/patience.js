// A question of the page that found no site is asked again after a while, as long as it is open.

function askAgain(event) {
  const poll = document.getElementById("poll");
  const status = event.detail.xhr ? event.detail.xhr.status : 0;
  const refused = status >= 400 && status < 500 && status !== 408 && status !== 429;
  if (event.detail.elt !== poll || refused) return;
  setTimeout(() => {
    const now = document.getElementById("poll");
    if (now && window.htmx) window.htmx.trigger(now, "again");
  }, 5000);
}

export function bePatient() {
  for (const trouble of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.body.addEventListener(trouble, askAgain);
  }
}
