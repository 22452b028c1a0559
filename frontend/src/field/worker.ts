/** Keeps the phone's page on the phone: everything that it is made of, fetched once. What the desk tells is kept by the page. */

// the page's own types and a worker's cannot stand in one project: here is what this one needs
interface Lasting extends Event {
  waitUntil(until: Promise<unknown>): void;
}
interface Asking extends Lasting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Worker {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(kind: "install" | "activate", hear: (event: Lasting) => void): void;
  addEventListener(kind: "fetch", hear: (event: Asking) => void): void;
  addEventListener(kind: "message", hear: (event: MessageEvent) => void): void;
}
const worker = self as unknown as Worker;
/** Put in by the build: the files of this page, and a name that changes with them. */
declare const __FILES__: string[];
declare const __VERSION__: string;

const HELD = `wayhome-field-${__VERSION__}`;

worker.addEventListener("install", (event) => {
  event.waitUntil(caches.open(HELD).then((cache) => cache.addAll(__FILES__)));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("wayhome-field-") && name !== HELD) await caches.delete(name);
    await worker.clients.claim();
  })());
});

// a new version waits until somebody says so: nothing is swapped under a form that is being filled
worker.addEventListener("message", (event) => {
  if (event.data === "take over") void worker.skipWaiting();
});

worker.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== worker.location.origin || url.pathname.startsWith("/field/api/")) return;
  const asked = event.request.mode === "navigate" ? "/field/" : url.pathname;
  event.respondWith(caches.open(HELD).then(async (cache) => (await cache.match(asked)) ?? fetch(event.request)));
});
