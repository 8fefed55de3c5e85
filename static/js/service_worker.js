// Says that there is no network, in the site's own page, and keeps nothing else.
//
// self.SHELL ({version, page, files}) stands before this script; the cache holds exactly that. No
// answer to any request is ever put into it, so nothing of a case, an image or a person can be.

const NAME = `shell-${self.SHELL.version}`;

self.addEventListener("install", (event) => {
  event.waitUntil(keepShell());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const kind = kindOf(event.request);
  if (kind) event.respondWith(answer(event.request, kind));
});

async function keepShell() {
  const cache = await caches.open(NAME);
  // Without cookies: it is the same for everybody. Past the browser's cache: it is the newest.
  const fresh = { cache: "reload", credentials: "omit" };
  await cache.addAll([self.SHELL.page, ...self.SHELL.files].map((one) => new Request(one, fresh)));
  await self.skipWaiting();
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)));
}

/** "page", "shell", or null for what is none of our business: it goes its usual way. */
function kindOf({ method, mode, url }) {
  if (method !== "GET") return null;
  if (mode === "navigate") return "page";
  const { origin, pathname } = new URL(url);
  return origin === self.location.origin && self.SHELL.files.includes(pathname) ? "shell" : null;
}

async function answer(request, kind) {
  try {
    return await fetch(request);
  } catch (error) {
    const wanted = kind === "page" ? self.SHELL.page : request.url;
    const kept = await caches.match(wanted, { cacheName: NAME, ignoreVary: true });
    if (!kept) throw error;
    return kept;
  }
}
