/** Hard cases of pictures and fonts: 50–61 of docs/fidelity.md. */
import { readFileSync } from "node:fs";
import { PNG } from "pngjs";
import { root } from "../../support/demo.ts";
import { type File, page, script, type Trial } from "../hand.ts";

/** A picture of four squares, so that mirrored, cut or scaled ones differ. */
function squares(width: number, height: number, shift = 0): File {
	const png = new PNG({ width, height });
	const colours = [
		[220, 40, 40],
		[40, 160, 60],
		[40, 80, 220],
		[240, 200, 40],
	];
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const square = (x < width / 2 ? 0 : 1) + (y < height / 2 ? 0 : 2) + shift;
			png.data.set([...(colours[square % 4] as number[]), 255], (y * width + x) * 4);
		}
	}
	return { type: "image/png", body: PNG.sync.write(png) };
}

const font: File = {
	type: "font/woff2",
	body: readFileSync(
		`${root}/node_modules/startbootstrap-sb-admin-2/vendor/fontawesome-free/webfonts/fa-solid-900.woff2`,
	),
};
/** Icons of that font. */
const ICONS = "\uf015 \uf02d \uf1f8 \uf0f3";

const DRAW = `globalThis.draw = (canvas, colour) => {
	const pen = canvas.getContext("2d");
	pen.fillStyle = colour; pen.fillRect(0, 0, canvas.width, canvas.height);
	pen.fillStyle = "white"; pen.fillRect(20, 20, canvas.width / 2, canvas.height / 3);
	pen.lineWidth = 8; pen.strokeRect(60, 60, 80, 60);
};`;

type Drawn = { draw(canvas: Element | null, colour: string): void; paint(colour: readonly number[]): void };

export const pictures: Trial[] = [
	{
		name: "canvas",
		html: page(
			`<canvas width="300" height="200"></canvas><canvas id="plain">fallback</canvas><canvas id="css" width="50" height="50" style="width: 200px; border: 2px solid; padding: 5px"></canvas><script>${DRAW} draw(document.querySelector("canvas"), "teal")</script>`,
		),
		steps: [
			script(() => (globalThis as unknown as Drawn).draw(document.querySelector("canvas"), "purple")),
			script(() => {
				const canvas = document.querySelector("canvas") as HTMLCanvasElement;
				canvas.width = 400;
				const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
				pen.fillStyle = "gold";
				pen.fillRect(100, 0, 200, 200);
			}),
			script(() => {
				const canvas = document.createElement("canvas");
				canvas.width = canvas.height = 100;
				const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
				pen.fillStyle = "crimson";
				pen.fillRect(0, 0, 50, 100);
				document.body.append(canvas);
			}),
		],
	},
	{
		name: "WebGL",
		html: page(`<canvas width="300" height="200"></canvas><script>
			const gl = document.querySelector("canvas").getContext("webgl");
			if (!gl) throw new Error("no WebGL");
			globalThis.paint = (colour) => {
				gl.clearColor(...colour); gl.clear(gl.COLOR_BUFFER_BIT);
				gl.enable(gl.SCISSOR_TEST); gl.scissor(50, 50, 100, 100); gl.clearColor(1, 1, 1, 1); gl.clear(gl.COLOR_BUFFER_BIT); gl.disable(gl.SCISSOR_TEST);
			};
			let colour = [0, 0.5, 0.5, 1];
			globalThis.set = (next) => { colour = next; };
			const frame = () => { paint(colour); requestAnimationFrame(frame); };
			frame();
		</script>`),
		steps: [script(() => (globalThis as unknown as { set(colour: number[]): void }).set([0.8, 0.2, 0.1, 1]))],
	},
	{
		name: "video",
		html: page(`<video id="v" width="320" height="240" muted playsinline></video><p id="state">no video yet</p><script>
			globalThis.film = async (colours) => {
				const canvas = document.createElement("canvas");
				canvas.width = 320; canvas.height = 240;
				const pen = canvas.getContext("2d");
				const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: "video/webm;codecs=vp8" });
				const parts = [];
				recorder.ondataavailable = ({ data }) => parts.push(data);
				recorder.start();
				for (let i = 0; i < 12; i++) {
					pen.fillStyle = colours[i < 6 ? 0 : 1]; pen.fillRect(0, 0, 320, 240);
					pen.fillStyle = "white"; pen.fillRect(40, 40, 100, 80);
					await new Promise((done) => setTimeout(done, 40));
				}
				recorder.stop();
				await new Promise((done) => { recorder.onstop = done; });
				const video = document.getElementById("v");
				video.src = URL.createObjectURL(new Blob(parts, { type: "video/webm" }));
				await new Promise((done) => { video.onloadeddata = done; });
				video.currentTime = 0.05;
				await new Promise((done) => { video.onseeked = done; });
				document.getElementById("state").textContent = "stands";
			};
		</script>`),
		steps: [
			script(() =>
				(globalThis as unknown as { film(colours: string[]): Promise<void> }).film([
					"rgb(0,120,120)",
					"rgb(180,60,20)",
				]),
			),
			script(async () => {
				const video = document.getElementById("v") as HTMLVideoElement;
				await new Promise((done) => {
					video.onseeked = done;
					video.currentTime = 0.4;
				});
			}),
		],
	},
	{
		name: "blob image",
		html: page('<img id="i" width="200" height="100"><p id="p">text</p>'),
		steps: [
			script(async () => {
				const svg =
					'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><rect width="100" height="100" fill="red"/><circle cx="150" cy="50" r="40" fill="green"/></svg>';
				const image = document.getElementById("i") as HTMLImageElement;
				image.src = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
				await image.decode();
				URL.revokeObjectURL(image.src);
			}),
			script(async () => {
				const canvas = document.createElement("canvas");
				canvas.width = 200;
				canvas.height = 100;
				const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
				pen.fillStyle = "navy";
				pen.fillRect(0, 0, 120, 100);
				const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done));
				const image = document.createElement("img");
				image.src = URL.createObjectURL(blob as Blob);
				document.getElementById("p")?.append(image);
				await image.decode();
			}),
		],
	},
	{
		name: "object-fit",
		html: page(
			`<style>img { width: 150px; height: 150px; border: 1px solid; margin: 4px } .cover { object-fit: cover } .contain { object-fit: contain; object-position: right bottom } .none { object-fit: none; object-position: 10px 20% } .ratio { width: 300px; height: auto }</style><img src="wide.png"><img class="cover" src="wide.png"><img class="contain" src="wide.png"><img class="none" src="wide.png"><br><img class="ratio" src="wide.png"><img src="missing.png" alt="missing picture" style="width: auto; height: auto">`,
		),
		files: { "wide.png": squares(240, 120), "other.png": squares(120, 240, 1) },
		steps: [
			script(() => {
				(document.querySelector(".none") as HTMLElement).style.objectPosition = "-20px 0";
			}),
			script(async () => {
				const image = document.querySelector(".ratio") as HTMLImageElement;
				image.src = "other.png";
				await image.decode();
			}),
		],
	},
	{
		name: "srcset and picture",
		html: page(
			`<img id="i" srcset="one.png 1x, two.png 2x" src="two.png"><picture><source media="(min-width: 5000px)" srcset="two.png"><source media="(min-width: 10px)" srcset="three.png"><img id="p" src="one.png"></picture><img srcset="one.png 100w, two.png 400w" sizes="(min-width: 10px) 100px, 400px">`,
		),
		files: { "one.png": squares(100, 80), "two.png": squares(200, 160, 1), "three.png": squares(150, 120, 2) },
		steps: [
			script(async () => {
				const image = document.getElementById("i") as HTMLImageElement;
				image.srcset = "three.png 1x";
				// Browsers differ in which of its pictures this is for.
				await image.decode().catch(() => {});
			}),
			script(async () => {
				const source = document.querySelectorAll("source")[1] as HTMLSourceElement;
				source.srcset = "two.png";
				await new Promise((done) => setTimeout(done, 100));
				await (document.getElementById("p") as HTMLImageElement).decode().catch(() => {});
			}),
		],
	},
	{
		name: "SVG",
		html: page(`<style>.hot { fill: url(#fade); stroke: #333; stroke-width: 3px } use.on { fill: green }</style>
			<svg width="600" height="300" viewBox="0 0 600 300"><defs>
				<linearGradient id="fade" gradientTransform="rotate(30)"><stop offset="0" stop-color="gold"/><stop id="stop" offset="1" stop-color="red"/></linearGradient>
				<radialGradient id="sun" href="#fade"><stop offset=".2" stop-color="white"/><stop offset="1" stop-color="navy"/></radialGradient>
				<pattern id="dots" width="20" height="20" patternUnits="userSpaceOnUse"><circle cx="10" cy="10" r="6" fill="teal"/></pattern>
				<clipPath id="cut"><circle cx="60" cy="60" r="50"/></clipPath>
				<mask id="veil"><rect width="100" height="100" fill="white"/><rect x="30" y="30" width="40" height="40"/></mask>
				<filter id="soft"><feGaussianBlur stdDeviation="3"/></filter>
				<marker id="tip" markerWidth="6" markerHeight="6" refX="3" refY="3"><circle cx="3" cy="3" r="3"/></marker>
				<symbol id="star" viewBox="0 0 10 10"><path d="M5 0 L7 10 L0 3 L10 3 L3 10 Z"/></symbol></defs>
				<rect class="hot" x="10" y="10" width="100" height="100"/><circle cx="180" cy="60" r="50" fill="url(#sun)"/>
				<rect x="240" y="10" width="100" height="100" fill="url(#dots)"/>
				<g clip-path="url(#cut)" transform="translate(350 0)"><rect width="120" height="120" fill="purple"/></g>
				<g mask="url(#veil)" transform="translate(480 10)"><rect width="100" height="100" fill="green"/></g>
				<use href="#star" x="10" y="140" width="80" height="80"/><use id="u" xlink:href="#star" x="110" y="140" width="80" height="80" fill="orange"/>
				<text x="220" y="180" font-size="24" text-anchor="start">text <tspan fill="red" dy="10">and span</tspan></text>
				<path id="curve" d="M20 260 Q 150 200 280 260" fill="none" stroke="black" marker-end="url(#tip)"/><text><textPath href="#curve">along a path</textPath></text>
				<foreignObject x="420" y="140" width="150" height="80"><p>HTML <b>inside</b></p></foreignObject>
				<rect x="420" y="230" width="60" height="40" fill="red" filter="url(#soft)"/></svg>
			<div style="clip-path: url(#cut); background: pink; width: 130px; height: 130px">clipped</div>`),
		steps: [
			script(() => document.getElementById("stop")?.setAttribute("stop-color", "blue")),
			script(() => document.getElementById("u")?.classList.add("on")),
			script(() =>
				document.querySelector("symbol")?.replaceChildren(document.querySelector("#curve")?.cloneNode() as Node),
			),
			script(() => {
				const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
				for (const [name, value] of Object.entries({ cx: 300, cy: 240, r: 30, fill: "url(#fade)" }))
					circle.setAttribute(name, String(value));
				document.querySelector("svg")?.append(circle);
			}),
		],
	},
	{
		name: "sprite",
		html: page(
			'<svg width="100" height="100" fill="teal"><use href="sprite.svg#star"/></svg><svg width="100" height="100"><use id="u" xlink:href="sprite.svg#disc" fill="red"/></svg><p>text</p>',
		),
		files: {
			"sprite.svg": {
				type: "image/svg+xml",
				body: '<svg xmlns="http://www.w3.org/2000/svg"><symbol id="star" viewBox="0 0 10 10"><path d="M5 0 L7 10 L0 3 L10 3 L3 10 Z"/></symbol><symbol id="disc" viewBox="0 0 10 10"><circle cx="5" cy="5" r="4"/></symbol></svg>',
			},
		},
		steps: [script(() => document.getElementById("u")?.setAttribute("href", "sprite.svg#star"))],
	},
	{
		name: "MathML",
		html: page(
			'<p>So <math><mi>x</mi><mo>=</mo><mfrac><mrow><mo>−</mo><mi>b</mi><mo>±</mo><msqrt><msup><mi>b</mi><mn>2</mn></msup><mo>−</mo><mn>4</mn><mi>a</mi><mi>c</mi></msqrt></mrow><mrow><mn>2</mn><mi id="a">a</mi></mrow></mfrac></math>.</p><math display="block"><munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><mi>i</mi></math><math><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr></mtable></math>',
		),
		steps: [
			script(() => {
				(document.getElementById("a") as Element).textContent = "long name";
			}),
			script(() => document.querySelector("mtable")?.append(document.querySelector("mtr")?.cloneNode(true) as Node)),
		],
	},
	{
		name: "web font",
		html: page(
			`<style>@font-face { font-family: Icons; src: url(icons.woff2); font-weight: 900 } .icons { font: 900 48px Icons }</style><p class="icons">${ICONS}</p><p id="p">${ICONS}</p>`,
		),
		files: { "icons.woff2": font },
		steps: [
			script(async () => {
				(document.getElementById("p") as HTMLElement).className = "icons";
				await document.fonts.ready;
			}),
		],
	},
	{
		name: "FontFace",
		html: page(`<p style="font: 48px Late">${ICONS}</p>`),
		files: { "late.woff2": font },
		steps: [
			script(async () => {
				const face = new FontFace("Late", "url(late.woff2)");
				document.fonts.add(face);
				await face.load();
			}),
		],
	},
	{
		name: "background pictures",
		html: page(
			`<style>.box { width: 300px; height: 100px; background: url(tile.png) 10px 5px / 40px repeat-x, linear-gradient(white, pink) } #b { background: url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='30' height='30'%3E%3Ccircle cx='15' cy='15' r='10' fill='green'/%3E%3C/svg%3E") } ul { list-style-image: url(tile.png) } .framed { border: 20px solid; border-image: url(tile.png) 30 }</style><div class="box">a</div><div class="box" id="b">b</div><div style="width: 200px; height: 60px; background-image: url(&quot;tile.png&quot;)" id="c"></div><ul><li>item</ul><p class="framed">framed</p>`,
		),
		files: { "tile.png": squares(80, 80), "next.png": squares(80, 80, 1) },
		steps: [
			script(async () => {
				(document.getElementById("c") as HTMLElement).style.backgroundImage = "url(next.png)";
				const image = new Image();
				image.src = "next.png";
				await image.decode();
			}),
			script(() => document.getElementById("b")?.removeAttribute("id")),
		],
	},
];
