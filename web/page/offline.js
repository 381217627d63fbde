// Keeps every file of this build, so that the page opens without a network; another build takes the place of this one.
const NAME = "binder-blocks-BUILD";

addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(NAME);
      const { files } = await (await fetch("files.json", { cache: "no-cache" })).json();
      // What the page has loaded just now comes from the browser's own cache.
      await Promise.all([...Object.keys(files), "./", "files.json"].map((name) => cache.add(name)));
      await self.skipWaiting();
    })(),
  );
});

addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const old = (await caches.keys()).filter((name) => name.startsWith("binder-blocks-") && name !== NAME);
      await Promise.all(old.map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

addEventListener("fetch", (event) => {
  if (event.request.method !== "GET" || new URL(event.request.url).origin !== location.origin) {
    return;
  }
  event.respondWith(
    (async () => (await caches.match(event.request, { ignoreSearch: true, cacheName: NAME })) ?? fetch(event.request))(),
  );
});
