/**
 * What pages do all day long: each scene leaves the page as large as it was, and makes everything new that a capture may
 * be tempted to remember, under names that never come again. The functions run in the page, so they use nothing of here.
 */

/** One step, the n-th of its page; returns how many changes of the tree it made, or a promise of that. */
export type Scene = (n: number) => number | Promise<number>;

/** Frames of every kind, mounted, filled and unmounted; counted are the frames. */
export const frames: Readonly<Record<string, Scene>> = {
	"frames with a document of their own": async (n) => {
		const host = document.createElement("div");
		document.body.append(host);
		for (let i = 0; i < 10; i++) {
			const frame = document.createElement("iframe");
			if (i % 2) frame.srcdoc = `<style>.a${n}{color:red}</style><p class=a${n}>text ${n}<input value=${n}>`;
			host.append(frame);
		}
		await new Promise((done) => setTimeout(done, 20));
		for (const { contentDocument } of host.children as Iterable<HTMLIFrameElement>)
			contentDocument?.body?.append(`more ${n}`, contentDocument.createElement("b"));
		await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
		host.remove();
		return 10;
	},
	"frames with everything in them": async (n) => {
		const frame = document.createElement("iframe");
		document.body.append(frame);
		const view = frame.contentWindow as Window & typeof globalThis;
		const { document: inner } = view;
		inner.body.innerHTML = `<style>p{color:red}</style><p class=alongside-mask>masked</p><x-late></x-late><form><input type=password id=pw${n}>
			<select><option>a</select><textarea></textarea></form><canvas width=9 height=9></canvas><video></video><dialog open></dialog>
			<svg><linearGradient id=g${n} /><rect fill="url(#g${n})"/></svg><iframe srcdoc=inner></iframe><div id=host></div>
			<img src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='${n}'/>"><slot name=s${n}></slot>`;
		const sheet = new view.CSSStyleSheet();
		sheet.replaceSync(`b{top:${n}px}`);
		inner.adoptedStyleSheets = [sheet];
		sheet.insertRule("i{left:0}");
		const [rule] = inner.styleSheets[0]?.cssRules ?? [];
		if (rule) (rule as CSSStyleRule).style.color = "blue";
		inner.fonts.add(new view.FontFace(`f${n}`, "url(/none.woff2)"));
		const host = inner.querySelector("#host") as HTMLElement;
		host.attachShadow({ mode: n % 2 ? "open" : "closed" }).innerHTML = "<style>i{top:0}</style><slot></slot>";
		host.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 60_000, iterations: 9 });
		inner
			.querySelector("canvas")
			?.getContext("2d")
			?.fillRect(0, 0, n % 9, 9);
		view.CSS.highlights?.set(
			"found",
			new view.Highlight(
				new view.StaticRange({ startContainer: host, startOffset: 0, endContainer: host, endOffset: 0 }),
			),
		);
		await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
		if (n % 3 === 0) {
			inner.open();
			inner.write(`<p>written anew ${n}`);
			inner.close();
			await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
		}
		frame.remove();
		return 1;
	},
};

/** Changes inside one document; counted are the changes of the tree. */
export const changes: Readonly<Record<string, Scene>> = {
	"nodes that come and go": (n) => {
		for (let i = 0; i < 100; i++) {
			const made = document.createElement("p");
			made.textContent = `text ${n} ${i}`;
			document.body.append(made);
			if (i % 2) made.remove();
		}
		for (const made of document.querySelectorAll("body > p")) made.remove();
		return 200;
	},
	"texts and classes that never come again": (n) => {
		const list = document.querySelector("ul") as Element;
		for (const [i, item] of [...list.children].entries()) {
			item.className = `c${n}-${i} shown`;
			item.setAttribute(`data-n${n}-${i}`, `${n}`);
			item.removeAttribute(`data-n${n}-${i}`);
			(item.firstChild as Text).data = `word${n} word${i}`;
		}
		return 4 * list.children.length;
	},
	"style text that never comes again": (n) => {
		const style = document.querySelector("style") as HTMLStyleElement;
		style.textContent = `.shown{color:red} .c${n}{top:0} #i${n}[data-a${n}="v${n}"]{left:0} p::before{content:attr(data-s${n})}`;
		const list = document.querySelector("ul") as Element;
		for (const item of list.children) item.className = `c${n}`;
		return 2 + list.children.length;
	},
	"rules put in and taken out": (n) => {
		const { sheet } = document.querySelector("style") as HTMLStyleElement;
		if (!sheet) return 0;
		for (let i = 0; i < 50; i++) sheet.insertRule(`.r${n}-${i}{top:${i}px}`, sheet.cssRules.length);
		(sheet.cssRules[0] as CSSStyleRule).style.top = `${n % 100}px`;
		for (let i = 0; i < 50; i++) sheet.deleteRule(sheet.cssRules.length - 1);
		return 100;
	},
	"sheets adopted and left": (n) => {
		const sheet = new CSSStyleSheet();
		sheet.replaceSync(`.a${n % 50}{top:${n}px}`);
		document.adoptedStyleSheets = [sheet];
		const host = document.createElement("div");
		document.body.append(host);
		const root = host.attachShadow({ mode: "open" });
		root.innerHTML = "<slot></slot><b>in</b>";
		root.adoptedStyleSheets = [new CSSStyleSheet(), sheet];
		setTimeout(() => host.remove(), 40);
		return 4;
	},
	"pictures that never come again": (n) => {
		const image = document.querySelector("img") as HTMLImageElement;
		image.src = `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='${n}'><!--${"x".repeat(2000)}--></svg>`;
		(document.querySelector("ul") as HTMLElement).style.backgroundImage = `url(/picture-${n}.png)`;
		return 2;
	},
	"names that never come again, masked": (n) => {
		const secret = document.querySelector(".alongside-mask") as Element;
		secret.innerHTML = `<svg><linearGradient id=g${n} /><rect fill="url(#g${n})" font-family="f${n}"/></svg><b part=p${n} slot=s${n}>x</b>
			<style>.m${n}{animation:k${n}}</style><x-m${n}></x-m${n}>`;
		return 2;
	},
	"components that are never defined": (n) => {
		const secret = document.querySelector("#place") as Element;
		secret.innerHTML = `<x-a${n}></x-a${n}><y-b></y-b>`;
		return 2;
	},
	"fields, dialogs and animations": (n) => {
		const place = document.querySelector("#place") as Element;
		place.innerHTML = `<form><input type=password name=pw${n}><input name=n${n} value=${n}><select><option>${n}</select></form>
			<dialog open>d</dialog><canvas width=4 height=4></canvas>`;
		place.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 50 });
		for (const field of place.querySelectorAll("input")) field.value = `value ${n}`;
		return 2;
	},
	"moves and sorts": () => {
		const list = document.querySelector("ul") as Element;
		for (const item of [...list.children].reverse()) list.append(item);
		return 2 * list.children.length;
	},
};

/** What all of it happens on. */
export const PAGE = `<!doctype html><html><head><title>Soak</title><style>.shown{color:red} :state(on){top:0} ::highlight(found){color:red}</style></head>
<body><h1>Soak</h1><img width=9 height=9><ul>${"<li class=shown>item</li>".repeat(25)}</ul><div class=alongside-mask>masked</div><div id=place></div></body></html>`;
