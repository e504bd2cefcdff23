// Keeps the page of one version whole. A new version fills a cache of its own, whole or not at all; it takes over
// only when the page says that nobody is answering; what was before goes only when the new page runs.
const VERSION = "{{version}}";
const FILES = ["{{files}}"];
const PREFIX = "kiosk-";
const CACHE = PREFIX + VERSION;
const SHELL = `/kiosk/app/${VERSION}/shell.html`;

self.addEventListener("install", (event) => {
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("message", (event) => {
  if (event.data === "take_over") self.skipWaiting();
  if (event.data === `running ${VERSION}`) event.waitUntil(forgetOthers());
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && address.pathname === "/kiosk") {
    event.respondWith(fromCache(SHELL, event.request));
  } else if (address.pathname.startsWith("/kiosk/app/")) {
    event.respondWith(fromCache(event.request, event.request));
  }
});

async function fill() {
  const cache = await caches.open(CACHE);
  // addAll keeps nothing when one file is missing; "reload" asks the server, never the browser's own cache.
  await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
}

async function fromCache(wanted, request) {
  return (await caches.match(wanted)) || fetch(request);
}

async function forgetOthers() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(names.map((name) => caches.delete(name)));
}
