/** Hard cases of frames and trees: 62–72 of docs/fidelity.md. */
import { page, pathOf, script, type Trial } from "../hand.ts";

const html = (body: string) => ({ type: "text/html; charset=utf-8", body });
const rows = Array.from(
	{ length: 60 },
	(_, i) => `<tr><td>${(i * 37) % 60}</td><td>row ${i}</td><td><b>${i * 7}</b></td></tr>`,
).join("");

export const trees: Trial[] = [
	{
		name: "document.write into a frame",
		html: page('<iframe id="f" width="400" height="200"></iframe><p>after</p>'),
		steps: [
			script(() => {
				const inner = (document.getElementById("f") as HTMLIFrameElement).contentDocument as Document;
				inner.open();
				inner.write("<style>h1 { color: red }</style><h1>written</h1>");
				inner.close();
			}),
			script(() => (document.getElementById("f") as HTMLIFrameElement).contentDocument?.body.append("appended")),
			script(() => {
				const inner = (document.getElementById("f") as HTMLIFrameElement).contentDocument as Document;
				inner.open();
				inner.write("<p>written <b>again</b></p>");
				inner.close();
			}),
		],
	},
	{
		name: "srcdoc changed",
		html: page('<iframe id="f" width="400" height="200" srcdoc="<h1>first</h1>"></iframe>'),
		steps: [
			script(() => {
				(document.getElementById("f") as HTMLIFrameElement).srcdoc = "<style>p { color: red }</style><p>second</p>";
			}),
			script(async () => {
				const frame = document.getElementById("f") as HTMLIFrameElement;
				await new Promise((done) => setTimeout(done, 300));
				frame.contentDocument?.body.append("changed");
			}),
		],
	},
	{
		name: "frames in frames",
		html: page('<iframe id="f" src="middle.html" width="600" height="400"></iframe>'),
		files: {
			"middle.html": html(
				'<!doctype html><h2>middle</h2><iframe id="g" src="inner.html" style="border: 5px solid green; width: 80%"></iframe>',
			),
			"inner.html": html(
				"<!doctype html><style>p { background: gold }</style><p id='p'>innermost</p><input value='x'><div style='height: 900px'></div>",
			),
		},
		steps: [
			script(() => {
				const middle = (document.getElementById("f") as HTMLIFrameElement).contentDocument as Document;
				const inner = (middle.getElementById("g") as HTMLIFrameElement).contentDocument as Document;
				(inner.getElementById("p") as HTMLElement).textContent = "changed from outside";
				(inner.querySelector("input") as HTMLInputElement).value = "y";
			}),
			script(() => {
				const middle = (document.getElementById("f") as HTMLIFrameElement).contentDocument as Document;
				(middle.getElementById("g") as HTMLIFrameElement).contentWindow?.scrollTo(0, 40);
			}),
			script(() => {
				const middle = (document.getElementById("f") as HTMLIFrameElement).contentDocument as Document;
				const copy = document.createElement("iframe");
				copy.srcdoc = "<b>a third one</b>";
				middle.body.append(copy);
			}),
			script(() => document.getElementById("f")?.remove()),
		],
	},
	{
		name: "frame navigated",
		html: page('<iframe id="f" src="one.html" width="500" height="200"></iframe>'),
		files: {
			"one.html": html("<!doctype html><h2>page one</h2>"),
			"two.html": html("<!doctype html><style>body { background: gold }</style><h2>page two</h2>"),
		},
		steps: [
			script(async () => {
				const frame = document.getElementById("f") as HTMLIFrameElement;
				frame.contentWindow?.location.assign("two.html");
				await new Promise((done) => {
					frame.onload = done;
				});
			}),
			script(() => (document.getElementById("f") as HTMLIFrameElement).contentDocument?.body.append("here")),
			script(async () => {
				const frame = document.getElementById("f") as HTMLIFrameElement;
				frame.src = "one.html";
				await new Promise((done) => {
					frame.onload = done;
				});
			}),
		],
	},
	{
		name: "adopted node",
		html: page(
			'<iframe id="f" srcdoc="<style>p { color: red }</style><p id=p>from <b>the frame</b></p>"></iframe><div id="d"></div>',
		),
		steps: [
			script(() => {
				const inner = (document.getElementById("f") as HTMLIFrameElement).contentDocument as Document;
				document.getElementById("d")?.append(inner.getElementById("p") as Node);
			}),
			script(() => {
				document.getElementById("p")?.append("!");
			}),
			script(() => {
				const inner = (document.getElementById("f") as HTMLIFrameElement).contentDocument as Document;
				inner.body.append(document.getElementById("p") as Node);
			}),
		],
	},
	{
		name: "text split and joined",
		html: page('<p id="p">one long text</p>'),
		steps: [
			script(() => {
				const rest = (document.getElementById("p")?.firstChild as Text | undefined)?.splitText(4) as Text;
				rest.before(Object.assign(document.createElement("b"), { textContent: "very " }));
			}),
			script(() => {
				document.querySelector("b")?.replaceWith("really ");
				document.getElementById("p")?.normalize();
				(document.getElementById("p")?.firstChild as Text | undefined)?.appendData(", joined");
			}),
			script(() => {
				const text = document.getElementById("p")?.firstChild as Text;
				text.splitText(3).splitText(5).data = "";
				document.getElementById("p")?.append("", " end");
			}),
		],
	},
	{
		name: "comments that come and go",
		html: page('<ul id="l"><!--a--><li>one</li><!--b--><!--c--></ul>'),
		steps: [
			script(() => {
				const list = document.getElementById("l") as HTMLElement;
				const anchor = list.lastChild as Comment;
				for (let i = 0; i < 10; i++) {
					const item = document.createElement("li");
					item.append(`item ${i}`, document.createComment("end"));
					list.insertBefore(item, anchor);
					item.before(document.createComment(`before ${i}`));
				}
			}),
			script(() => {
				const list = document.getElementById("l") as HTMLElement;
				for (const node of [...list.childNodes]) if (node.nodeType === 8) node.remove();
				list.append(document.createComment("x"), list.firstElementChild as Node, document.createComment("y"));
			}),
			script(() => {
				const list = document.getElementById("l") as HTMLElement;
				list.children[3]?.replaceWith(document.createComment("if"));
				list.prepend(document.createComment("v-for"), "text");
			}),
		],
	},
	{
		name: "table sorted",
		html: page(
			`<style>tr:nth-child(odd) { background: #eee } td { padding: 2px 12px }</style><table><tbody>${rows}</tbody></table>`,
		),
		steps: [
			script(() => {
				const body = document.querySelector("tbody") as HTMLElement;
				body.append(
					...[...body.children].sort((a, b) => Number(a.children[0]?.textContent) - Number(b.children[0]?.textContent)),
				);
			}),
			script(() => {
				const body = document.querySelector("tbody") as HTMLElement;
				for (const row of [...body.children]) body.prepend(row);
			}),
			script(() => {
				const body = document.querySelector("tbody") as HTMLElement;
				body.lastElementChild?.remove();
				body.insertBefore(body.lastElementChild as Node, body.children[7] as Node);
			}),
		],
	},
	{
		name: "virtual list",
		html: page(`<style>#w { height: 400px; overflow-y: auto; position: relative; border: 1px solid } .row { position: absolute; left: 0; right: 0; height: 30px } .even { background: #eee }</style><div id="w"><div style="height: 300000px"></div></div><script>
			const list = document.getElementById("w"), pool = [];
			const render = () => {
				const from = Math.floor(list.scrollTop / 30);
				for (let i = 0; i < 16; i++) {
					pool[i] ||= list.appendChild(document.createElement("div"));
					const n = from + i, row = pool[n % 16] || (pool[n % 16] = list.appendChild(document.createElement("div")));
					row.className = n % 2 ? "row" : "row even"; row.style.transform = "translateY(" + n * 30 + "px)"; row.style.top = 0; row.textContent = "row " + n;
				}
			};
			list.onscroll = render; render();
		</script>`),
		steps: [
			script(() => document.getElementById("w")?.scrollTo(0, 100)),
			script(() => document.getElementById("w")?.scrollTo(0, 150_010)),
			script(() => document.getElementById("w")?.scrollTo(0, 299_000)),
		],
	},
	{
		name: "content-visibility",
		html: page(
			`<style>section { content-visibility: auto; contain-intrinsic-size: auto 300px; border: 1px solid } .off { content-visibility: hidden }</style>${Array.from({ length: 12 }, (_, i) => `<section><h2>part ${i}</h2><p>text of part ${i}</p></section>`).join("")}`,
		),
		steps: [
			script(() => document.querySelectorAll("section")[0]?.classList.add("off")),
			script(() => scrollTo(0, 1500)),
			script(() => scrollTo(0, 0)),
		],
	},
	{
		name: "back and forward",
		html: page('<h1>first page</h1><div style="height: 2000px">tall</div>'),
		files: { "second/index.html": html(page("<h1>second page</h1><input value='x'>")) },
		steps: [
			script(() => {
				scrollTo(0, 30);
				(document.querySelector("h1") as HTMLElement).append(" changed");
			}),
			(hand) => hand.goto(`${pathOf({ name: "back and forward" })}second/index.html`),
			(hand) => hand.back(),
			(hand) => hand.forward(),
			script(
				() => (history.pushState(null, "", "?view=2") as undefined) ?? document.querySelector("h1")?.append(" routed"),
			),
		],
	},
];
