/** The pages that are captured, made up but of usual parts, and the same in every run. */

const WORDS =
	"order plant delivery pot water light soil leaf root window garden winter spring basket question help today price".split(
		" ",
	);

/** A sequence that only looks random (Park and Miller's generator), so that runs can be compared. */
export function randomly(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state * 48_271) % 2_147_483_647;
		return state / 2_147_483_647;
	};
}

const words = (random: () => number, count: number): string =>
	Array.from({ length: count }, () => WORDS[Math.floor(random() * WORDS.length)]).join(" ");

/** Some 30 elements of a shop's page. */
function section(random: () => number, n: number): string {
	const text = (count: number) => words(random, count);
	// Chromium's parser takes time by the square of how many forms with labels there are.
	const form = n % 40 ? "div" : "form";
	const price = (random() * 90).toFixed(2);
	return `<section class="card mb-3 shadow-sm" id="s${n}" data-track="${n}">
<div class="card-body d-flex flex-column"><h2 class="card-title h5">${text(4)}</h2>
<p class="card-text text-muted">${text(14)} <a class="link-primary" href="/product/${n}?ref=list">${text(2)}</a> ${text(9)} <strong>${text(1)}</strong>, <em>${text(2)}</em>.</p>
<ul class="list-group list-group-flush"><li class="list-group-item active">${text(3)}</li><li class="list-group-item">${text(3)}</li><li class="list-group-item">${text(4)}<span class="badge bg-secondary rounded-pill">${n % 50}</span></li></ul>
<svg class="bi" width="16" height="16" viewBox="0 0 16 16"><path d="M8 0l2 6h6l-5 4 2 6-5-4-5 4 2-6-5-4h6z"></path></svg>
<${form} class="row g-2"><label class="form-label" for="q${n}">${text(2)}</label><input class="form-control" id="q${n}" name="quantity" type="number" value="${1 + (n % 9)}"><select class="form-select" name="size"><option value="s">${text(1)}</option><option value="m" selected>${text(1)}</option></select><button class="btn btn-primary" type="submit">${text(2)}</button></${form}>
<table class="table table-sm"><tbody><tr><td>${text(2)}</td><td class="text-end">${price}</td></tr><tr><td>${text(2)}</td><td class="text-end" style="color: rgb(${n % 255}, 80, 90)">${price}</td></tr></tbody></table></div></section>
`;
}
const SECTION_ELEMENTS = 30;

/** Shown once it is whole: laid out once, not again with each part that arrives. */
const document = (head: string, body: string): string =>
	`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bench</title>${head}<script src="/bench/driver.js"></script></head><body hidden>${body}<script>document.body.hidden = false</script></body></html>`;

const PLAIN = `<style>body{font:14px/1.4 sans-serif;margin:1rem}.card{border:1px solid #ccc;padding:.5rem}</style>`;

function elements(count: number, head: string): string {
	const random = randomly(count);
	let body = "";
	for (let n = 0; n < count / SECTION_ELEMENTS; n++) body += section(random, n);
	return document(head, `<main class="container">${body}</main>`);
}

/** Never laid out, so that the page's own share stays small beside what is measured. */
const table = (rows: number): string => {
	const random = randomly(rows);
	let body = "";
	for (let n = 0; n < rows; n++)
		body += `<tr><td class="number">${n}</td><td>${words(random, 2)}</td><td><span>${words(random, 1)}</span></td><td>${(random() * 1000).toFixed(2)}</td></tr>`;
	const head = `${PLAIN}<style>.unseen{content-visibility:hidden}</style>`;
	return document(head, `<div class="unseen"><table><tbody id="rows">${body}</tbody></table></div>`);
};

/** A list, a grid, and fields to type into. */
function app(): string {
	const random = randomly(7);
	const list = Array.from({ length: 1000 }, (_, n) => `<li class="item" id="i${n}">${words(random, 3)}</li>`).join("");
	const grid = Array.from(
		{ length: 500 },
		(_, n) => `<div class="cell"><b>${n}</b> <span class="text">${words(random, 2)}</span></div>`,
	).join("");
	return document(
		`${PLAIN}<style>.grid{display:grid;grid-template-columns:repeat(10,6rem)}.cell.on{color:#a00}.item,.cell{height:1.3em;overflow:hidden}</style>`,
		`<form><input id="input"><textarea id="area" rows="4"></textarea></form><div id="editor" contenteditable="true" style="height:3em"></div><div id="scratch"></div><div class="grid" id="grid">${grid}</div><ul id="list">${list}</ul>`,
	);
}

/** As many rules, declarations and bytes as Bootstrap 5 has, made up: 1,300 rules, a fifth within media queries. */
function sheet(): string {
	const random = randomly(5);
	const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)] as string;
	const declarations = [
		"display: flex",
		"padding: var(--bs-card-spacer-y) var(--bs-card-spacer-x)",
		"margin-bottom: 0.5rem !important",
		"color: var(--bs-btn-color)",
		"border: var(--bs-border-width) solid var(--bs-border-color)",
		"background-color: rgba(var(--bs-secondary-rgb), var(--bs-bg-opacity))",
		"transition: color 0.15s ease-in-out, background-color 0.15s ease-in-out, border-color 0.15s ease-in-out",
		"font-size: calc(1.3rem + 0.6vw)",
		"border-radius: var(--bs-border-radius-pill)",
		"box-shadow: inset 0 1px 0 rgba(255, 255, 255, 0.15), 0 1px 1px rgba(0, 0, 0, 0.075)",
		"--bs-btn-hover-bg: #0b5ed7",
		"--bs-btn-focus-shadow-rgb: 49, 132, 253",
		"flex: 1 0 0%",
		"text-align: center",
	];
	const used = "card card-body card-title list-group-item btn btn-primary form-control table badge row".split(" ");
	const rule = (n: number): string => {
		const base = random() < 0.1 ? pick(used) : `${pick(["col", "btn", "nav", "modal", "text", "bg", "m", "p"])}-${n}`;
		const selector = pick([`.${base}`, `.${base}:hover`, `.${base} > .${pick(used)}`, `.${base}::before, .${base}-x`]);
		return `${selector} { ${Array.from({ length: 1 + Math.floor(random() * 6) }, () => pick(declarations)).join("; ")}; }\n`;
	};
	let text = `:root { ${Array.from({ length: 160 }, (_, n) => `--bs-thing-${n}: ${Math.floor(random() * 255)}, 110, 253`).join("; ")} }\n`;
	for (let n = 0; n < 1300; n++) {
		const one = rule(n);
		text += n % 5 ? one : `@media (min-width: ${400 + (n % 5) * 200}px) { ${one} }\n`;
	}
	return text;
}

/** By path; made when first asked for. */
export const pages: Record<string, () => { type: string; body: string }> = {
	"/600": () => html(elements(600, PLAIN)),
	"/600-css": () => html(elements(600, `<link rel="stylesheet" href="/sheet.css">`)),
	"/20000": () => html(elements(20_000, PLAIN)),
	"/60000": () => html(elements(60_000, PLAIN)),
	"/table": () => html(table(10_000)),
	"/app": () => html(app()),
	"/viewer": () => html(document("", `<iframe sandbox="allow-same-origin" width="1280" height="800"></iframe>`)),
	"/sheet.css": () => ({ type: "text/css", body: sheet() }),
};

const html = (body: string) => ({ type: "text/html; charset=utf-8", body });
