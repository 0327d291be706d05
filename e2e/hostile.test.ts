/**
 * Visitor HTML is hostile to the agent: every kind of attack stands in a real page, which the agent then sees. In the
 * agent's browser nothing may run, and nothing may be requested but from the console itself.
 */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import {
	allow,
	askForHelp,
	inMirror,
	joinByCode,
	launch,
	mirrorShows,
	openShop,
	signIn,
	waitForPicture,
} from "./support/browser.ts";
import { type Demo, startDemo } from "./support/demo.ts";

let demo: Demo;
let browser: Browser;
let evil: Server;
let evilOrigin: string;
const requested: string[] = [];

before(async () => {
	evil = createServer((request, response) => {
		requested.push(`${request.headers["user-agent"]?.includes("AgentBrowser") ? "agent" : "visitor"} ${request.url}`);
		response.writeHead(200, { "Access-Control-Allow-Origin": "*", "Content-Type": "image/gif" }).end();
	});
	await new Promise<void>((resolve) => evil.listen(0, "127.0.0.1", resolve));
	const address = evil.address();
	if (address === null || typeof address === "string") throw new Error("no port");
	evilOrigin = `http://127.0.0.1:${address.port}`;
	[demo, browser] = await Promise.all([startDemo(), launch()]);
});
after(async () => {
	await browser?.close();
	await demo?.stop();
	evil?.close();
});

const strike = "try{top.__hit=1}catch(e){};try{parent.__hit=1}catch(e){};window.__hit=1;new Image().src='EVIL/ran'";

/** Each kind of attack as markup; EVIL is another origin. */
const attacks: Record<string, string> = {
	script: `<script>${strike}</script><script src="EVIL/script.js"></script><script type="module">${strike}</script>`,
	"event attributes": `<img src="x:" onerror="${strike}"><div onmouseover="${strike}" onclick="${strike}" onfocus="${strike}" tabindex="0">hover</div><body onload="${strike}"><details open ontoggle="${strike}"></details><video onloadstart="${strike}" src="EVIL/video.mp4"></video>`,
	"javascript: URLs": `<a href="javascript:${strike}">link</a><iframe src="javascript:${strike}"></iframe><form action="javascript:${strike}"><button>go</button></form><area href="javascript:${strike}">`,
	base: `<base href="EVIL/base/"><img src="relative.png">`,
	"meta refresh": `<meta http-equiv="refresh" content="0;url=EVIL/refresh"><meta http-equiv="set-cookie" content="a=b">`,
	srcdoc: `<iframe srcdoc="<script>${strike.replaceAll('"', "&quot;")}</script><img src='EVIL/srcdoc.png'>"></iframe>`,
	"SVG script": `<svg><script>${strike}</script><script href="EVIL/svg.js"></script><image href="EVIL/svg.png"/><use href="EVIL/use.svg#a"/><a href="javascript:${strike}"><text>t</text></a><animate attributeName="href" values="javascript:${strike}"/><set attributeName="onmouseover" to="${strike}"/><foreignObject><img src="EVIL/foreign.png"></foreignObject></svg>`,
	MathML: `<math><mtext href="javascript:${strike}">m</mtext><maction actiontype="statusline" xlink:href="javascript:${strike}">x</maction></math>`,
	"CSS url()": `<style>@import "EVIL/import.css"; .evil{background:url(EVIL/css.png)} .evil::after{content:url("EVIL/content.png")} @font-face{font-family:e;src:url(EVIL/font.woff2)} .evil{font-family:e;background-image:image-set("EVIL/set.png" 1x);list-style:url(EVIL/list.png);cursor:url(EVIL/cursor.cur),auto;filter:url(EVIL/f.svg#x);mask:url(EVIL/mask.svg)} a[href*="x"]{background:u\\72l(EVIL/escaped.png)}</style><p class="evil">evil</p><p style="background:url(EVIL/inline.png);--x:url(EVIL/var.png)">style</p><link rel="stylesheet" href="EVIL/link.css"><link rel="preload" as="image" href="EVIL/preload.png"><link rel="prefetch" href="EVIL/prefetch"><link rel="dns-prefetch" href="EVIL">`,
	forms: `<form action="EVIL/form" method="post" id="f"><input name="a" value="b"><button formaction="EVIL/formaction">send</button><input type="image" src="EVIL/image.png"></form>`,
	"self link": `<a href="/" target="_top" ping="EVIL/ping">self</a><a href="EVIL/away" target="_blank" download>away</a>`,
	objects: `<object data="EVIL/object.swf"></object><embed src="EVIL/embed.swf"><applet code="EVIL/a.class"></applet><frameset><frame src="EVIL/frame"></frameset><portal src="EVIL/portal"></portal>`,
	media: `<audio src="EVIL/audio.mp3" autoplay></audio><video poster="EVIL/poster.png"><source src="EVIL/source.mp4"><track src="EVIL/track.vtt" default></video><picture><source srcset="EVIL/srcset.png"><img srcset="EVIL/img.png 1x" src="EVIL/src.png" loading="eager"></picture><img src="EVIL/plain.png">`,
	frames: `<iframe src="EVIL/frame.html"></iframe><iframe src="data:text/html,<script>parent.__hit=1</script>"></iframe>`,
	"broken markup": `<noscript><p title="</noscript><img src=EVIL/noscript.png onerror=${"window.__hit=1"}>"></noscript><textarea><img src=x onerror="${strike}"></textarea><title></title><xmp><img src=x onerror="${strike}"></xmp><math><mi><style><img src=x onerror="${strike}"></style></mi></math>`,
};

for (const [kind, markup] of Object.entries(attacks)) {
	test(`hostile page: ${kind}`, async () => {
		requested.length = 0;
		const visitor = await openShop(browser, demo);
		const agent = await signIn(browser, demo, { userAgent: "AgentBrowser" });
		const foreign: string[] = [];
		agent.page.on("request", (request) => {
			if (!/^(blob|data|about):/.test(request.url()) && new URL(request.url()).origin !== demo.console)
				foreign.push(request.url());
		});
		const opened: string[] = [];
		agent.context.on("page", (page) => opened.push(page.url()));
		// The page itself has no policy, as a hostile site would see to; the attack stands there as the browser parsed it.
		const snippet = await visitor.page.locator('script[src*="widget.js"]').evaluate((script) => script.outerHTML);
		await visitor.page.route("**/hostile", (route) =>
			route.fulfill({
				contentType: "text/html",
				body: `<!doctype html><title>x</title><h1>hostile page</h1>${markup.replaceAll("EVIL", evilOrigin)}<p>the end</p>${snippet}`,
			}),
		);
		// The visitor's own page must stay where it is, whatever it tries.
		await visitor.page.route(`${evilOrigin}/**`, (route) =>
			route.request().isNavigationRequest() && route.request().frame() === visitor.page.mainFrame()
				? route.fulfill({ status: 204 })
				: route.continue(),
		);
		await visitor.page.goto(`${demo.shop}/hostile`, { waitUntil: "domcontentloaded" });
		await visitor.page.evaluate(() => document.querySelector("dialog")?.remove());
		await joinByCode(agent, await askForHelp(visitor));
		await allow(visitor);
		await waitForPicture(agent);
		await mirrorShows(agent, "hostile page");
		// The same once more as changes of a live page, by the DOM's own means.
		await visitor.page.evaluate(
			([html, url]) => {
				document.body.insertAdjacentHTML("beforeend", html as string);
				for (const tag of ["a", "img", "iframe", "form", "div"]) {
					const element = document.createElement(tag);
					for (const name of ["href", "src", "action", "srcdoc", "onclick", "onerror", "style", "srcset", "xlink:href"])
						element.setAttribute(name, name.startsWith("on") ? "window.__hit=1" : `${url}/attr-${name}`);
					document.body.append(element);
				}
				document.body.append("all is there");
			},
			[markup.replaceAll("EVIL", evilOrigin), evilOrigin],
		);
		await mirrorShows(agent, "all is there");
		// The agent clicks wherever there is something.
		const stage = await agent.page.getByRole("application").boundingBox();
		assert.ok(stage);
		for (let y = 20; y < stage.height; y += 60) await agent.page.mouse.click(stage.x + 60, stage.y + y);
		await inMirror(agent, (doc) => {
			for (const element of doc.querySelectorAll("a, button, input, div, area, summary"))
				element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, composed: true }));
		});
		await agent.page.waitForTimeout(400);
		assert.deepEqual(foreign, [], "requests of the agent's browser");
		assert.deepEqual(
			requested.filter((line) => line.startsWith("agent")),
			[],
		);
		assert.deepEqual(opened, []);
		assert.ok(agent.page.url().startsWith(demo.console), "the console was not navigated away");
		assert.equal(await agent.page.evaluate(() => "__hit" in window), false);
		assert.equal(await inMirror(agent, (doc) => "__hit" in (doc.defaultView as object)), false);
		assert.deepEqual(
			await inMirror(agent, (doc) => {
				const bad: string[] = [];
				for (const element of doc.querySelectorAll("*")) {
					if (/^(script|base|meta|link|object|embed|applet|portal)$/.test(element.localName) && element.hasAttributes())
						bad.push(element.outerHTML.slice(0, 80));
					for (const { name, value } of element.attributes)
						if (
							/^on/.test(name) ||
							/^\s*(javascript|https?|data:text)|url\(["']?http/i.test(
								name === "style" ? value.replace(/^http\S*$/, "") : value,
							)
						)
							bad.push(`${element.localName} ${name}`);
				}
				return bad;
			}),
			[],
		);
		await visitor.context.close();
		await agent.context.close();
	});
}
