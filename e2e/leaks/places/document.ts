/** The document itself, and all that a page does beside it. */
import type { Place } from "../place.ts";
import type { Nature } from "../promise.ts";

const page = (nature: Nature, rows: Readonly<Record<string, Partial<Place>>>): Place[] =>
	Object.entries(rows).map(([at, row]) => ({ at, nature, page: true, ...row }));
const acts = (nature: Nature, rows: Readonly<Record<string, string>>): Place[] =>
	Object.entries(rows).map(([at, script]) => ({ at, nature, page: true, act: script }));

// req 000-03 000-09 001-06 001-25 002-06
export const documents: readonly Place[] = [
	...page("text", {
		"the title, changed": { act: "document.title = 'CANARY'" },
	}),
	...page("described", {
		"the title": { head: "<title>CANARY</title>" },
		"the title's text node": { later: "document.querySelector('title').firstChild.data = 'CANARY'" },
	}),
	...page("unseen", {
		"a meta": { head: '<meta name="description" content="CANARY"><meta property="og:title" content="CANARY">' },
		"a comment in the head": { head: "<!-- CANARY -->" },
		"JSON in the head": { head: '<script type="application/json">"CANARY"</script>' },
		"a script in the head": { head: "<script>globalThis.user = 'CANARY'</script>" },
		"an attribute of the root": { setup: "document.documentElement.setAttribute('data-user', 'CANARY')" },
		"a class of the body": { setup: "document.body.classList.add('CANARY')" },
		"a class of the root, added": { act: "document.documentElement.classList.add('CANARY')" },
		"an unread attribute of the head": { head: "", setup: "document.head.setAttribute('data-user', 'CANARY')" },
		"a name of the window": { setup: "globalThis.name = 'CANARY'" },
	}),
	...page("address", {
		"the page's query": { location: "?u=CANARY" },
		"the page's fragment": { location: "#CANARY" },
		"a canonical link": { head: '<link rel="canonical" href="/go?u=CANARY">' },
		"a preload": { head: '<link rel="prefetch" href="/empty.css?u=CANARY">' },
		"an icon": { head: '<link rel="icon" href="/pixel.png?u=CANARY">' },
		"a manifest": { head: '<link rel="manifest" href="/none.json?u=CANARY">' },
		"an alternate sheet's address": { head: '<link rel="alternate stylesheet" title="x" href="/empty.css?u=CANARY">' },
	}),
	...page("styled", {
		"a sheet of the head": {
			head: '<style>.UNIQUE::before{content:"CANARY"}</style>',
			setup: "const b = document.createElement('b'); b.className = 'UNIQUE'; document.body.append(b)",
		},
	}),
	...acts("address", {
		"a state pushed": "history.pushState(null, '', location.pathname + '?u=CANARY')",
		"a state replaced": "history.replaceState(null, '', '?u=CANARY#CANARY')",
		"a new fragment": "location.hash = 'CANARY'",
		"a request": "void fetch('/empty.html?u=CANARY', { method: 'POST', body: 'CANARY' })",
		"an XML request": "const x = new XMLHttpRequest(); x.open('GET', '/empty.html?u=CANARY'); x.send()",
		"a beacon": "navigator.sendBeacon('/empty.html?u=CANARY', 'CANARY')",
	}),
	...acts("offPage", {
		"the state of the history": "history.replaceState({ user: 'CANARY' }, '')",
		console:
			"console.log('CANARY'); console.info('CANARY', { user: 'CANARY' }); console.debug('CANARY'); console.table(['CANARY']); console.group('CANARY'); console.groupEnd()",
		"console warnings": "console.warn('CANARY'); console.error(new Error('CANARY'))",
		"an error thrown": "setTimeout(() => { throw new Error('CANARY') })",
		"a promise refused": "void Promise.reject(new Error('CANARY'))",
		"an error reported": "globalThis.reportError?.(new Error('CANARY'))",
		"local storage": "localStorage.setItem('CANARY', 'CANARY')",
		"session storage": "sessionStorage.setItem('CANARY', 'CANARY')",
		"a cookie": "document.cookie = 'u=CANARY'",
		"a database": "indexedDB.open('CANARY').onsuccess = (e) => e.target.result.close()",
		"a cache": "void caches.open('CANARY').then(() => {})",
		"a message": "postMessage('CANARY', '*')",
		"a broadcast": "const c = new BroadcastChannel('CANARY'); c.postMessage('CANARY'); c.close()",
		"an event of the page's own":
			"document.body.dispatchEvent(new CustomEvent('CANARY', { bubbles: true, detail: 'CANARY' }))",
		"a measurement": "performance.mark('CANARY'); performance.measure('CANARY')",
		"a global": "globalThis.CANARY = 'CANARY'",
		"data handed to the page's tag manager": "(globalThis.dataLayer ??= []).push({ event: 'CANARY', user: 'CANARY' })",
		"the clipboard": "void navigator.clipboard?.writeText('CANARY').catch(() => {})",
		"media being played":
			"if (navigator.mediaSession && globalThis.MediaMetadata) navigator.mediaSession.metadata = new MediaMetadata({ title: 'CANARY' })",
		"a symbol of an element": "document.body[Symbol('CANARY')] = 'CANARY'; document.body.user = 'CANARY'",
		"a worker":
			"new Worker(URL.createObjectURL(new Blob(['/* CANARY */'], { type: 'text/javascript' })), { name: 'CANARY' })",
	}),
];
