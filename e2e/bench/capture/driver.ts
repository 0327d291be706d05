/**
 * Stands in the measured page: keeps what a tool emits and does what the cases ask for. Without promises, so that each
 * microtask of the page's thread is a tool's.
 */
import type { Message } from "./adapters/adapter.ts";
import { randomly } from "./pages.ts";

type Step = (done: () => void) => void;

let kept: Message[] = [];
/** False: messages are counted and let go, for a stretch in which memory is watched. */
let keeps = true;
let count = 0;

function emit(message: Message): void {
	count++;
	if (keeps) kept.push(message);
}

const byID = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;

/** Runs a step in so many animation frames. */
function inFrames(frames: number, act: (frame: number) => void, done: () => void): void {
	let frame = 0;
	const next = () => {
		act(frame);
		if (++frame < frames) requestAnimationFrame(next);
		else setTimeout(done, 0);
	};
	requestAnimationFrame(next);
}

function sorted(column: number, sign: number): HTMLTableRowElement[] {
	const rows = [...(byID("rows") as HTMLTableSectionElement).rows].map((row) => {
		const text = row.cells[column]?.textContent ?? "";
		return { row, key: Number(text) || text };
	});
	rows.sort((a, b) => (a.key < b.key ? -sign : sign));
	return rows.map(({ row }) => row);
}

/** Sorts as pages do: put back all at once, one by one, through a fragment. */
const sorts: Step = (done) => {
	const body = byID("rows");
	const ways = [
		() => body.append(...sorted(3, 1)),
		() => {
			for (const row of sorted(1, 1)) body.appendChild(row);
		},
		() => {
			const fragment = document.createDocumentFragment();
			fragment.append(...sorted(0, -1));
			body.append(fragment);
		},
	];
	let at = 0;
	const next = () => {
		ways[at++]?.();
		setTimeout(at < ways.length ? next : done, 300);
	};
	next();
};

const rerender: Step = (done) => {
	let at = 0;
	const next = () => {
		const random = randomly(++at);
		let text = "";
		for (let n = 0; n < 10_000; n++)
			text += `<tr><td class="number">${n}</td><td>again ${at}</td><td><span>row</span></td><td>${(random() * 1000).toFixed(2)}</td></tr>`;
		byID("rows").innerHTML = text;
		setTimeout(at < 2 ? next : done, 300);
	};
	next();
};

const moves: Step = (done) => {
	const random = randomly(3);
	const list = byID("list");
	inFrames(
		10,
		() => {
			for (let n = 0; n < 500; n++) {
				const from = list.children[Math.floor(random() * 1000)] as Element;
				const to = list.children[Math.floor(random() * 1000)] as Element;
				if (from !== to) list.insertBefore(from, to);
			}
		},
		done,
	);
};

/** Each element changes several times a frame: only the last counts. */
const attributes: Step = (done) => {
	const cells = [...byID("grid").children] as HTMLElement[];
	inFrames(
		30,
		(frame) => {
			for (const [n, cell] of cells.entries()) {
				for (let i = 0; i < 3; i++) cell.style.transform = `translate(${(frame + n + i) % 7}px, ${i}px)`;
				cell.classList.toggle("on", (frame + n) % 3 === 0);
				cell.setAttribute("data-frame", String(frame));
			}
		},
		done,
	);
};

const texts: Step = (done) => {
	const nodes = [...byID("grid").querySelectorAll(".text")].map((span) => span.firstChild as Text);
	inFrames(
		30,
		(frame) => {
			for (const [n, text] of nodes.entries())
				for (let i = 0; i < 3; i++) text.data = `value ${(frame * 31 + n * 7 + i) % 1000}`;
		},
		done,
	);
};

/** Made, added, changed and gone again within a task. */
const nothing: Step = (done) => {
	const scratch = byID("scratch");
	inFrames(
		30,
		() => {
			for (let n = 0; n < 10; n++) {
				const box = document.createElement("div");
				box.innerHTML = `<p class="a">one <b>two</b></p>`.repeat(10);
				scratch.append(box);
				for (const p of box.children) p.setAttribute("class", "b");
				box.remove();
			}
		},
		done,
	);
};

/** So many additions, changes and removals that leave the page as large as it was. */
function churn(frames: number): Step {
	return (done) => {
		const scratch = byID("scratch");
		const cells = [...byID("grid").children];
		inFrames(
			frames,
			(frame) => {
				scratch.innerHTML = `<p class="a">one <b>${frame}</b></p>`.repeat(50);
				for (const [n, cell] of cells.entries()) {
					cell.setAttribute("data-frame", String(frame));
					(cell.lastElementChild as Element).textContent = `value ${frame + n}`;
				}
			},
			() => {
				scratch.replaceChildren();
				setTimeout(done, 0);
			},
		);
	};
}

const steps = { sorts, rerender, moves, attributes, texts, nothing, warm: churn(20), churn: churn(120) };
export type StepName = keyof typeof steps;

/** Deflated for itself (raw), unless a tool did that already or it grows by it. */
async function wireBytes(message: Message): Promise<number> {
	const bytes = typeof message === "string" ? new TextEncoder().encode(message) : message;
	const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new CompressionStream("deflate-raw"));
	return Math.min(bytes.length, (await new Response(stream).arrayBuffer()).byteLength);
}

export const driver = {
	/** In a task of its own that is the tool's from its first instruction. */
	start: (): Promise<void> =>
		new Promise((done) => {
			const adapter = globalThis.__captureAdapter;
			if (adapter) setTimeout(adapter.start, 0, emit);
			setTimeout(done, 0);
		}),
	stop: () => globalThis.__captureAdapter?.stop(),
	flush: () => globalThis.__captureAdapter?.flush?.(),
	run: (name: StepName): Promise<void> => new Promise((done) => steps[name](done)),
	/** Resolves when the page's thread has nothing else to do. */
	idle: (): Promise<void> => new Promise((done) => requestIdleCallback(() => done())),
	forget: () => {
		keeps = false;
		kept = [];
	},
	/** What was emitted since the last call, text as it is, bytes in base64. */
	messages(): string[] {
		const messages = kept;
		kept = [];
		count = 0;
		return messages.map((message) =>
			typeof message === "string"
				? message
				: btoa(message.reduce((text, byte) => text + String.fromCharCode(byte), "")),
		);
	},
	/** What was emitted since the last call. `deflated`: it goes out as it is. */
	async taken(deflated: boolean): Promise<{ messages: number; bytes: number }> {
		const messages = kept;
		const result = { messages: count, bytes: 0 };
		kept = [];
		count = 0;
		for (const message of messages) result.bytes += deflated ? message.length : await wireBytes(message);
		return result;
	},
};

declare global {
	var __bench: typeof driver;
}
globalThis.__bench = driver;
