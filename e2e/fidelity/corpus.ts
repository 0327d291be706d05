/** Pages that we did not write, from packages, each used as a person would use it. */
import { readFileSync } from "node:fs";
import { root } from "../support/demo.ts";
import { click, type File, page, script, type Trial } from "./hand.ts";

const packaged = (path: string): string => readFileSync(`${root}/node_modules/${path}`, "utf8");

/** Neither network nor moving parts: both sides are to stand at the same moment. */
const withoutNetwork = (html: string): string =>
	html
		.replace(/<link[^>]*googleapis[^>]*>/g, "")
		.replace(/https:\/\/source\.unsplash\.com\/\S+?(?=")/g, "img/undraw_profile_1.svg");

const json = (value: unknown): File => ({ type: "application/json", body: JSON.stringify(value) });

const openapi = {
	openapi: "3.0.3",
	info: {
		title: "Tea shop",
		version: "1.2.0",
		description: "Orders of *tea*, with `code` and a [link](https://example.com).",
	},
	tags: [{ name: "orders", description: "What was ordered" }],
	paths: {
		"/orders": {
			get: {
				tags: ["orders"],
				summary: "All orders",
				parameters: [{ name: "limit", in: "query", schema: { type: "integer", default: 20 } }],
				responses: {
					200: {
						description: "A list",
						content: {
							"application/json": { schema: { type: "array", items: { $ref: "#/components/schemas/Order" } } },
						},
					},
				},
			},
			post: {
				tags: ["orders"],
				summary: "A new order",
				requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/Order" } } } },
				responses: { 201: { description: "Made" }, 422: { description: "Refused" } },
			},
		},
		"/orders/{id}": {
			delete: {
				tags: ["orders"],
				deprecated: true,
				parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
				responses: { 204: { description: "Gone" } },
			},
		},
	},
	components: {
		schemas: {
			Order: {
				type: "object",
				required: ["tea"],
				properties: {
					tea: { type: "string", example: "Assam" },
					grams: { type: "integer", minimum: 50 },
					gift: { type: "boolean" },
				},
			},
		},
	},
};

const people = Array.from({ length: 200 }, (_, i) => ({
	id: i,
	name: `${["Oli", "Mary", "Christine", "Brendon", "Margret"][i % 5]} ${i}`,
	progress: (i * 37) % 100,
	gender: i % 2 ? "female" : "male",
	rating: i % 6,
	color: ["red", "blue", "green", "orange"][i % 4],
	dob: `${(i % 27) + 1}/0${(i % 9) + 1}/19${70 + (i % 30)}`,
	car: i % 3 === 0,
}));

export const corpus: readonly Trial[] = [
	{
		name: "admin template",
		html: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>AdminLTE</title>
			<link rel="stylesheet" href="/npm/admin-lte/dist/css/adminlte.css"></head>
			<body class="layout-fixed sidebar-expand-lg bg-body-tertiary" style="caret-color: transparent"><div class="app-wrapper">
			<nav class="app-header navbar navbar-expand bg-body"><div class="container-fluid"><ul class="navbar-nav">
				<li class="nav-item"><a class="nav-link" data-lte-toggle="sidebar" href="#" role="button" id="toggle">Menu</a></li>
				<li class="nav-item"><a href="#" class="nav-link">Home</a></li></ul>
				<ul class="navbar-nav ms-auto"><li class="nav-item dropdown"><a class="nav-link" data-bs-toggle="dropdown" href="#" id="bell">Messages <span class="navbar-badge badge text-bg-danger">3</span></a>
				<div class="dropdown-menu dropdown-menu-lg dropdown-menu-end"><a href="#" class="dropdown-item"><div class="d-flex"><div class="flex-shrink-0"><img src="/npm/admin-lte/dist/assets/img/user1-128x128.jpg" alt="User" class="img-size-50 rounded-circle me-3"></div><div class="flex-grow-1"><h3 class="dropdown-item-title">Brad</h3><p class="fs-7">Call me whenever you can…</p></div></div></a><div class="dropdown-divider"></div><a href="#" class="dropdown-item dropdown-footer">See all</a></div></li></ul></div></nav>
			<aside class="app-sidebar bg-body-secondary shadow" data-bs-theme="dark"><div class="sidebar-brand"><a href="#" class="brand-link"><span class="brand-text fw-light">AdminLTE</span></a></div>
				<div class="sidebar-wrapper"><nav class="mt-2"><ul class="nav sidebar-menu flex-column" data-lte-toggle="treeview" role="menu">
				<li class="nav-item"><a href="#" class="nav-link" id="tree"><p>Dashboard<span class="nav-arrow">›</span></p></a><ul class="nav nav-treeview"><li class="nav-item"><a href="#" class="nav-link"><p>One</p></a></li><li class="nav-item"><a href="#" class="nav-link"><p>Two</p></a></li></ul></li>
				<li class="nav-item"><a href="#" class="nav-link"><p>Widgets</p></a></li></ul></nav></div></aside>
			<main class="app-main"><div class="app-content-header"><div class="container-fluid"><h3 class="mb-0">Dashboard</h3></div></div>
				<div class="app-content"><div class="container-fluid"><div class="row">
				${["primary", "success", "warning", "danger"].map((colour, i) => `<div class="col-lg-3 col-6"><div class="small-box text-bg-${colour}"><div class="inner"><h3>${i * 53 + 15}</h3><p>Figures</p></div><svg class="small-box-icon" fill="currentColor" viewBox="0 0 24 24"><path d="M2.25 2.25h13l3 9v6h-16z"/></svg><a href="#" class="small-box-footer link-light">More</a></div></div>`).join("")}
				</div><div class="card mb-4"><div class="card-header"><h3 class="card-title">Table</h3><div class="card-tools"><button type="button" class="btn btn-tool" data-lte-toggle="card-collapse" id="collapse">–</button></div></div><div class="card-body p-0"><table class="table table-striped"><thead><tr><th>#</th><th>Task</th><th>Progress</th><th>Label</th></tr></thead><tbody>
				${[55, 70, 30, 90].map((percent, i) => `<tr class="align-middle"><td>${i + 1}.</td><td>Task ${i}</td><td><div class="progress progress-xs"><div class="progress-bar" style="width: ${percent}%"></div></div></td><td><span class="badge text-bg-info">${percent} %</span></td></tr>`).join("")}</tbody></table></div></div>
				<div class="card direct-chat direct-chat-primary"><div class="card-body p-3"><div class="form-check form-switch"><input class="form-check-input" type="checkbox" id="switch"><label class="form-check-label" for="switch">Switch</label></div><input class="form-control" placeholder="Type…" id="field"></div></div>
				</div></div></main><footer class="app-footer">Footer</footer></div>
			<script src="/npm/bootstrap/dist/js/bootstrap.bundle.js"></script><script src="/npm/admin-lte/dist/js/adminlte.js"></script></body></html>`,
		steps: [
			click("#bell"),
			click("#tree"),
			click("#toggle"),
			async (hand) => {
				await hand.click("#switch");
				await hand.click("#field");
				await hand.type("typed into a field");
			},
			click("#collapse"),
		],
	},
	{
		name: "grid",
		html: page(`<link rel="stylesheet" href="/npm/tabulator-tables/dist/css/tabulator.css"><div id="t"></div>
			<script src="/npm/tabulator-tables/dist/js/tabulator.js"></script><script>
			new Tabulator("#t", { height: 480, data: ${JSON.stringify(people)}, layout: "fitColumns", movableColumns: true, columns: [
				{ title: "Name", field: "name", headerFilter: "input", editor: "input" }, { title: "Progress", field: "progress", formatter: "progress", sorter: "number" },
				{ title: "Gender", field: "gender" }, { title: "Rating", field: "rating", formatter: "star", hozAlign: "center" },
				{ title: "Colour", field: "color" }, { title: "Born", field: "dob" }, { title: "Car", field: "car", formatter: "tickCross" } ] });
			</script>`),
		steps: [
			click('.tabulator-col[tabulator-field="progress"] .tabulator-col-title'),
			click('.tabulator-col[tabulator-field="progress"] .tabulator-col-title'),
			script(() => document.querySelector(".tabulator-tableholder")?.scrollTo(0, 2000)),
			async (hand) => {
				await hand.click(".tabulator-header-filter input");
				await hand.type("mary");
			},
			async (hand) => {
				await hand.click(".tabulator-row .tabulator-cell");
				await hand.type(" edited");
			},
		],
	},
	{
		name: "calendar",
		html: page(`<div id="c"></div><script src="/npm/fullcalendar/index.global.js"></script><script>
			const calendar = new FullCalendar.Calendar(document.getElementById("c"), { initialDate: "2023-01-12", now: "2023-01-12", height: 640, initialView: "dayGridMonth", selectable: true, dayMaxEvents: true, nowIndicator: true,
				headerToolbar: { left: "prev,next today", center: "title", right: "dayGridMonth,timeGridWeek,listMonth" },
				events: [{ title: "All Day", start: "2023-01-01" }, { title: "Long", start: "2023-01-07", end: "2023-01-10", color: "purple" }, { title: "Conference", start: "2023-01-11", end: "2023-01-13" }, ...["10:30", "12:00", "14:30", "17:30", "20:00"].map((at) => ({ title: "At " + at, start: "2023-01-12T" + at + ":00" })), { title: "February", start: "2023-02-14" }] });
			calendar.render();
		</script>`),
		steps: [
			click(".fc-more-link"),
			click(".fc-popover-close"),
			click(".fc-next-button"),
			click(".fc-timeGridWeek-button"),
			click(".fc-listMonth-button"),
		],
	},
	{
		name: "code editor",
		html: page(`<link rel="stylesheet" href="/npm/codemirror/lib/codemirror.css"><link rel="stylesheet" href="/npm/codemirror/theme/monokai.css"><link rel="stylesheet" href="/npm/codemirror/addon/dialog/dialog.css"><style>.CodeMirror-cursor { visibility: hidden !important }</style>
			<textarea id="e"></textarea><script src="/npm/codemirror/lib/codemirror.js"></script><script src="/npm/codemirror/mode/javascript/javascript.js"></script><script src="/npm/codemirror/addon/edit/matchbrackets.js"></script><script src="/npm/codemirror/addon/dialog/dialog.js"></script><script src="/npm/codemirror/addon/search/searchcursor.js"></script><script src="/npm/codemirror/addon/search/search.js"></script><script>
			document.getElementById("e").value = Array.from({ length: 80 }, (_, i) => "function number" + i + "(value) {\\n\\t// a comment\\n\\treturn value * " + i + " + \\"text\\";\\n}").join("\\n\\n");
			globalThis.editor = CodeMirror.fromTextArea(document.getElementById("e"), { lineNumbers: true, mode: "javascript", matchBrackets: true, theme: "default" });
			editor.setSize(900, 500);
		</script>`),
		steps: [
			async (hand) => {
				await hand.run(() => {
					const { editor } = globalThis as unknown as {
						editor: { focus(): void; setCursor(line: number, ch: number): void };
					};
					editor.focus();
					editor.setCursor(2, 8);
				});
				await hand.type("/* typed */ const [a, b] = (1); ");
			},
			(hand) => hand.press("Enter"),
			script(() => document.querySelector(".CodeMirror-scroll")?.scrollTo(0, 3000)),
			script(() => {
				const { editor } = globalThis as unknown as { editor: { setOption(name: string, value: string): void } };
				editor.setOption("theme", "monokai");
			}),
			(hand) => hand.press("Control+f"),
		],
	},
	{
		name: "Swagger UI",
		html: `<!doctype html><html lang="en"><head><meta charset="UTF-8"><title>Swagger UI</title>
			<link rel="stylesheet" href="/npm/swagger-ui-dist/swagger-ui.css"><link rel="stylesheet" href="/npm/swagger-ui-dist/index.css"></head>
			<body style="caret-color: transparent"><div id="swagger-ui"></div><script src="/npm/swagger-ui-dist/swagger-ui-bundle.js"></script><script src="/npm/swagger-ui-dist/swagger-ui-standalone-preset.js"></script>
			<script>window.ui = SwaggerUIBundle({ url: "openapi.json", dom_id: "#swagger-ui", deepLinking: false, validatorUrl: null, presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset], layout: "StandaloneLayout" });</script></body></html>`,
		files: { "openapi.json": json(openapi) },
		steps: [
			click(".opblock-post .opblock-summary-control"),
			click(".try-out__btn"),
			async (hand) => {
				await hand.click(".body-param__text");
				await hand.type("typed ");
			},
			click(".opblock-tag"),
			click("#model-Order button, .model-container button"),
		],
	},
	{
		name: "web components",
		html: page(`<link rel="stylesheet" href="/npm/@shoelace-style/shoelace/cdn/themes/light.css"><script type="module" src="/npm/@shoelace-style/shoelace/cdn/shoelace.js"></script>
			<sl-button id="open" variant="primary">Open dialog</sl-button> <sl-button id="draw">Open drawer</sl-button> <sl-badge>12</sl-badge> <sl-rating value="3"></sl-rating>
			<sl-input label="Name" value="Ada" help-text="Your name"></sl-input><sl-select label="Tea" value="assam" id="select"><sl-option value="assam">Assam</sl-option><sl-option value="sencha">Sencha</sl-option></sl-select>
			<sl-tab-group><sl-tab slot="nav" panel="one">One</sl-tab><sl-tab slot="nav" panel="two" id="two">Two</sl-tab><sl-tab-panel name="one">First panel</sl-tab-panel><sl-tab-panel name="two">Second panel <sl-progress-bar value="40"></sl-progress-bar></sl-tab-panel></sl-tab-group>
			<sl-checkbox checked>Check</sl-checkbox> <sl-switch id="switch">Switch</sl-switch> <sl-range min="0" max="100" value="30"></sl-range>
			<sl-details summary="Details" id="details">Hidden text</sl-details><sl-tree><sl-tree-item expanded>Trees<sl-tree-item>Oak</sl-tree-item><sl-tree-item>Ash</sl-tree-item></sl-tree-item></sl-tree>
			<sl-dialog label="Dialog" id="dialog">Text of the dialog<sl-button slot="footer">Close</sl-button></sl-dialog><sl-drawer label="Drawer" id="drawer">Text of the drawer</sl-drawer>
			<script>open_ = (id, what) => document.getElementById(id).addEventListener("click", () => { document.getElementById(what).open = true; }); open_("open", "dialog"); open_("draw", "drawer");</script>`),
		steps: [
			click("#switch"),
			click("#two"),
			click("#details"),
			click("#select"),
			async (hand) => {
				await hand.press("Escape");
				await hand.click("#open");
			},
			async (hand) => {
				await hand.press("Escape");
				await hand.run(() => new Promise((done) => setTimeout(done, 600)));
				await hand.click("#draw");
			},
		],
	},
	{
		name: "to-do list",
		html: packaged("mithril/examples/todomvc/index.html")
			.replace(
				"<head>",
				'<head><base href="/npm/mithril/examples/todomvc/"><style>html { caret-color: transparent }</style><script>localStorage.removeItem("todos-mithril")</script>',
			)
			.replace(/<base[^>]*>/, "")
			.replaceAll(/(href|src)="(?=\w+\.(css|js))/g, '$1="/npm/mithril/examples/todomvc/')
			.replace("../../mithril.js", "/npm/mithril/mithril.js"),
		steps: [
			async (hand) => {
				await hand.click("#new-todo");
				for (const what of ["buy tea", "boil water", "drink"]) {
					await hand.type(what);
					await hand.press("Enter");
				}
			},
			click("#todo-list li:nth-child(2) .toggle"),
			click('#filters a[href$="/active"]'),
			click('#filters a[href$="/completed"]'),
			async (hand) => {
				await hand.click('#filters a[href$="/"]');
				await hand.click("#clear-completed");
			},
		],
	},
	{
		name: "Bootstrap template",
		html: withoutNetwork(packaged("startbootstrap-sb-admin-2/index.html"))
			.replaceAll(/(href|src)="(?=(?:vendor|css|js|img)\/)/g, '$1="/npm/startbootstrap-sb-admin-2/')
			.replace("<head>", "<head><style>html { caret-color: transparent }</style>"),
		steps: [
			click("#alertsDropdown"),
			click('[data-target="#collapseTwo"]'),
			click("#sidebarToggle"),
			async (hand) => {
				await hand.run(() => scrollTo(0, 400));
				await hand.run(() => new Promise((done) => setTimeout(done, 500)));
			},
			script(() =>
				(globalThis as unknown as { $(s: string): { modal(how: string): void } }).$("#logoutModal").modal("show"),
			),
		],
	},
];

/** Text of our own, in many widths and kinds. */
export const prose: Trial = {
	name: "prose",
	html: page(
		[120, 210, 333, 480, 700]
			.map(
				(width) =>
					`<section style="width: ${width}px"><h2>The first heading is long enough to break somewhere</h2><p>Tea is an <b>aromatic</b> beverage prepared by pouring hot or boiling water over cured or fresh leaves of <i>Camellia sinensis</i>, an evergreen shrub native to East Asia.</p><p style="text-align: justify; font: 13px/1.7 serif">After plain water, tea is the most widely consumed drink in the world. WWW iiii 1234567890.</p><ul><li>first item of a list, with some words<li>second</ul><button>Order now</button> <label>Your name</label></section>`,
			)
			.join(""),
	),
	steps: [],
};
