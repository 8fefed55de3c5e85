import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const SOURCE = readFileSync(new URL("../../static/js/service_worker.js", import.meta.url), "utf8");
const HERE = "https://site.example";
const SHELL = { version: "v2", page: "/offline/", files: ["/static/css/base.css", "/static/js/offline.js"] };
const CLINICAL = [
  "/",
  "/cases/",
  "/cases/new/",
  "/cases.csv",
  "/cases/2f1b/",
  "/cases/2f1b/report.pdf",
  "/radiographs/2f1b/canonical",
  "/analyses/2f1b/heatmap",
  "/uploads/",
  "/uploads/2f1b/",
  "/worklist/state/",
  "/api/v1/cases/",
  "/account/",
  "/admin/",
  "/static/js/viewer/viewer.js",
];

/** A browser's side of a service worker: what it holds, and what was put where. */
function browser({ online = true } = {}) {
  const stores = new Map();
  const listeners = {};
  const writes = [];
  const world = { online, stores, writes };
  const fetched = async (request) => {
    if (!world.online) throw new TypeError("Failed to fetch");
    return { from: "network", url: request.url };
  };
  const store = (name) => {
    if (!stores.has(name)) stores.set(name, new Map());
    const held = stores.get(name);
    return {
      addAll: async (requests) => {
        for (const request of requests) {
          assert.equal(request.credentials, "omit");
          assert.equal(request.cache, "reload");
          writes.push(request.url);
          held.set(new URL(request.url, HERE).pathname, { from: "cache", url: request.url });
        }
      },
      put: () => assert.fail("nothing is put at run time"),
      add: () => assert.fail("nothing is added at run time"),
    };
  };
  const self = {
    SHELL,
    location: { origin: HERE },
    addEventListener: (kind, hear) => (listeners[kind] = hear),
    skipWaiting: async () => {},
    clients: { claim: async () => {} },
  };
  const caches = {
    open: async (name) => store(name),
    keys: async () => [...stores.keys()],
    delete: async (name) => stores.delete(name),
    match: async (wanted, { cacheName }) =>
      stores.get(cacheName)?.get(new URL(wanted, HERE).pathname),
  };
  class Request {
    constructor(url, options) {
      Object.assign(this, { url }, options);
    }
  }
  vm.runInNewContext(SOURCE, { self, caches, fetch: fetched, Request, URL });
  world.fire = async (kind) => {
    let done;
    listeners[kind]({ waitUntil: (promise) => (done = promise) });
    await done;
  };
  world.ask = async (path, { mode = "no-cors", method = "GET", origin = HERE } = {}) => {
    let answer = null;
    const request = { url: origin + path, mode, method };
    listeners.fetch({ request, respondWith: (promise) => (answer = promise) });
    return answer && (await answer);
  };
  return world;
}

async function installed(options) {
  const world = browser(options);
  await world.fire("install");
  await world.fire("activate");
  return world;
}

test("it holds the offline page and what that is drawn with", async () => {
  const world = await installed();
  assert.deepEqual([...world.stores.keys()], ["shell-v2"]);
  assert.deepEqual([...world.stores.get("shell-v2").keys()], [SHELL.page, ...SHELL.files]);
});

test("nothing that is asked for later is kept, whether it is opened or fetched", async () => {
  const world = await installed();
  const before = world.writes.length;
  for (const path of CLINICAL) {
    for (const mode of ["navigate", "cors", "same-origin", "no-cors"]) {
      const answer = await world.ask(path, { mode });
      assert.equal(answer && answer.from, mode === "navigate" ? "network" : null, `${mode} ${path}`);
    }
  }
  assert.equal(world.writes.length, before);
  assert.equal(world.stores.get("shell-v2").size, 3);
});

test("without a network a page is the offline page, and everything else fails as ever", async () => {
  const world = await installed();
  world.online = false;
  for (const path of CLINICAL) {
    const answer = await world.ask(path, { mode: "navigate" });
    assert.deepEqual([answer.from, answer.url], ["cache", "/offline/"]);
    assert.equal(await world.ask(path), null);
  }
  assert.equal((await world.ask("/static/css/base.css")).from, "cache");
});

test("what is sent goes its usual way", async () => {
  const world = await installed({ online: true });
  for (const method of ["POST", "PATCH", "HEAD", "DELETE"]) {
    assert.equal(await world.ask("/cases/new/", { method, mode: "navigate" }), null);
  }
  assert.equal(await world.ask("/static/css/base.css", { origin: "https://other.example" }), null);
});

test("a new version takes the old one's place", async () => {
  const world = browser();
  world.stores.set("shell-v1", new Map());
  world.stores.set("something else", new Map());
  await world.fire("install");
  await world.fire("activate");
  assert.deepEqual([...world.stores.keys()], ["shell-v2"]);
});
