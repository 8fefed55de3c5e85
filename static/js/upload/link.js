// Requests over a link that may be poor: one that has gone quiet is given up, and tried again.

import { LinkLost } from "./tus.js";

const QUIET = 30_000; // ms without a byte: the link is dead, whatever the browser thinks
const WAITS = [1, 2, 4, 8, 15, 30]; // seconds

/** Requests with the token of this page's form; see `Sending` for the shape of the answers. */
export function sender(token) {
  return (method, address, { headers = {}, body = null, onProgress, signal, quiet = QUIET } = {}) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      let watch = 0;
      const alive = () => {
        clearTimeout(watch);
        watch = setTimeout(() => request.abort(), quiet);
      };
      const stop = () => request.abort();
      const over = (settle) => () => {
        clearTimeout(watch);
        window.removeEventListener("offline", stop);
        if (signal) signal.removeEventListener("abort", stop);
        settle();
      };
      request.open(method, address);
      for (const [name, value] of Object.entries({ "X-CSRFToken": token, ...headers })) {
        request.setRequestHeader(name, value);
      }
      request.upload.addEventListener("progress", (event) => {
        alive();
        if (onProgress) onProgress(event.loaded);
      });
      request.addEventListener("load", over(() => resolve(answer(request))));
      request.addEventListener("error", over(() => reject(new LinkLost("error"))));
      request.addEventListener("abort", over(() => reject(new LinkLost("abort"))));
      window.addEventListener("offline", stop);
      if (signal) signal.addEventListener("abort", stop);
      alive();
      request.send(body);
    });
}

function answer(request) {
  let json = null;
  try {
    json = JSON.parse(request.responseText);
  } catch {
    // a page, or nothing
  }
  return { status: request.status, header: (name) => request.getResponseHeader(name), json };
}

/** Longer from time to time, never the same for all browsers of a ward; over when the link is back. */
export function pause(attempt, signal) {
  return new Promise((resolve) => {
    const seconds = WAITS[Math.min(attempt, WAITS.length - 1)] * (0.75 + Math.random() / 2);
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      if (signal) signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, seconds * 1000);
    window.addEventListener("online", done);
    if (signal) signal.addEventListener("abort", done);
  });
}
