// A service worker that answers all of the page's own requests, cached first, and passes on what is not its own.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
	event.respondWith(
		caches.match(event.request).then(async (kept) => {
			if (kept) return kept;
			const answer = await fetch(event.request);
			if (event.request.method === "GET" && answer.ok) {
				const cache = await caches.open("all");
				await cache.put(event.request, answer.clone());
			}
			return answer;
		}),
	);
});
