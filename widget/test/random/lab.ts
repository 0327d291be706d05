/**
 * Plays operations in a frame with the built capture in it, mirrors what that emits with the real mirror, and after each
 * step compares. Runs in the browser, all in one page, so that a step costs milliseconds.
 */

import { createMirror, type Mirror } from "../../../console/src/mirror.ts";
import { decodeFrame, type Frame, inflate } from "../../../wire/wire.ts";
import { Applier } from "../capture/applier.ts";
import { Clockwork, type Turn } from "./clockwork.ts";
import type { Event, Operation } from "./operations.ts";
import { CANARY, comparable, type Expectation, expect, type Past, type Rules } from "./oracle.ts";
import { FIRST_PAGE, Player } from "./player.ts";
import { readMirror } from "./reading.ts";

type Realm = Window & typeof globalThis;
type Capture = {
	keyframe(): void;
	setPolicy(policy: object): void;
	pause(): void;
	resume(): void;
	stop(): void;
	node(id: number): Node | undefined;
	id(node: Node): number | undefined;
	debug(): { nodes: number };
};
type CaptureModule = { startCapture(options: object): Capture; readPolicy(policy: object): object };

export type Run = {
	operations: Operation[];
	/** Each slice of the capture ends after the first look at the clock. */
	isHasty: boolean;
	/** So long a step may take until the mirror is right; what comes by network or as an asset takes a while. */
	patienceMs: number;
};
export type Outcome = {
	/** What is wrong; undefined: nothing. */
	failure?: string;
	/** How many operations had been played then. */
	played: number;
	steps: number;
	expected: string[];
	mirrored: string[];
	/** How much was compared and how much left, so that a run that proves nothing is seen. */
	lines: number;
	canaries: number;
	frames: number;
};

/** The applier of the tests reads strings as Node does. */
const BUFFER = { from: (bytes: Uint8Array) => ({ toString: () => new TextDecoder().decode(bytes) }) };
Object.assign(globalThis, { Buffer: BUFFER });

const turn = (): Promise<void> =>
	new Promise((resolve) => {
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = () => {
			port1.close();
			resolve();
		};
		port2.postMessage(0);
	});
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const isOwn = (node: Node): boolean => (node as Element).classList?.contains("own") ?? false;

class Trial {
	readonly #patienceMs: number;
	readonly #frame = document.createElement("iframe");
	readonly #window: Realm;
	readonly #clock: Clockwork;
	readonly #player: Player;
	readonly #mirror: Mirror;
	readonly #applier = new Applier();
	readonly #past: Past = {
		rules: { mode: "inputs", closedRoots: false, selectors: [] },
		closed: new WeakMap(),
		passwords: new WeakSet(),
		isLab: (frame) => frame === this.#frame,
	};
	#capture: Capture | undefined;
	/** Frames on their way through inflating. */
	#reading: Promise<void> = Promise.resolve();
	#allowed = new Set<string>();
	#problem: string | undefined;
	#title = "";
	#isPaused = false;
	#isHidden = false;
	#isReady = true;
	#canaries = 0;
	#frames = 0;

	constructor(bundle: string, { isHasty, patienceMs }: Run) {
		this.#patienceMs = patienceMs;
		this.#frame.style.cssText = "width:600px;height:400px;position:absolute;top:0;left:0";
		document.body.append(this.#frame);
		this.#window = this.#frame.contentWindow as Realm;
		const content = this.#window.document;
		content.open();
		content.write(FIRST_PAGE);
		content.close();
		this.#clock = new Clockwork(this.#window, isHasty);
		Object.assign(this.#window, {
			caught: (error: Error) => this.#fail(`the capture caught ${error.stack?.split("\n").slice(0, 4).join(" ")}`),
		});
		(this.#window as unknown as { eval(script: string): void }).eval(bundle);
		Object.defineProperty(content, "hidden", { configurable: true, get: () => this.#isHidden });
		Object.defineProperty(content, "visibilityState", {
			configurable: true,
			get: () => (this.#isHidden ? "hidden" : "visible"),
		});
		this.#player = new Player(this.#window, this.#past);
		this.#mirror = createMirror(document.getElementById("mirror") as HTMLIFrameElement, {
			onNeedKeyframe: (why) => {
				if (why !== "a frame was moved") this.#fail(`the mirror lost it: ${why}`);
				this.#capture?.keyframe();
			},
			onTitle: (title) => {
				this.#title = title;
			},
		});
	}

	async run(operations: readonly Operation[]): Promise<Outcome> {
		const outcome = { played: 0, steps: 0, expected: [] as string[], mirrored: [] as string[], lines: 0 };
		for (const operation of operations) {
			outcome.played++;
			if (operation.do === "policy") this.#setRules(operation.policy as Rules);
			else if (operation.do !== "settle") await this.#do(operation);
			else {
				const last = await this.#settle();
				outcome.steps++;
				outcome.lines += last.expected.length;
				outcome.expected = last.expected;
				outcome.mirrored = last.mirrored;
			}
			if (this.#problem) break;
		}
		const tally = { canaries: this.#canaries, frames: this.#frames };
		return { ...outcome, ...tally, ...(this.#problem === undefined ? {} : { failure: this.#problem }) };
	}

	end(): void {
		this.#capture?.stop();
		this.#mirror.destroy();
		this.#frame.remove();
	}

	#fail(what: string): void {
		this.#problem ??= what;
	}

	#setRules(rules: Rules): void {
		this.#past.rules = rules;
		// What an earlier policy let out may not leave under this one.
		this.#allowed = new Set();
		const { startCapture, readPolicy } = (this.#window as unknown as { AlongsideCapture: CaptureModule })
			.AlongsideCapture;
		const policy = readPolicy(rules);
		if (this.#capture) {
			this.#capture.setPolicy(policy);
			return;
		}
		this.#capture = startCapture({
			policy,
			// Into an array of this window.
			emit: (frame: Uint8Array) => this.#take(new Uint8Array(frame)),
			ready: () => this.#isReady,
			own: isOwn,
		});
	}

	async #do(operation: Operation): Promise<void> {
		switch (operation.do as Event) {
			case "microtasks":
				await Promise.resolve();
				await Promise.resolve();
				return;
			case "message":
			case "frame":
			case "timer":
			case "sample":
				if (operation.do === "frame" && this.#isHidden) return;
				this.#turn(operation.do as Turn);
				return;
			case "keyframe":
				this.#capture?.keyframe();
				return;
			case "pause":
				// What left before is on its way.
				await this.#reading;
				this.#isPaused = true;
				this.#player.isSeen = false;
				this.#capture?.pause();
				return;
			case "resume":
				this.#isPaused = false;
				this.#player.isSeen = true;
				this.#capture?.resume();
				return;
			case "full":
			case "free":
				this.#isReady = operation.do === "free";
				return;
			case "hide":
			case "show":
				this.#isHidden = operation.do === "hide";
				this.#window.document.dispatchEvent(new this.#window.Event("visibilitychange"));
				return;
			default:
				this.#player.play(operation);
		}
	}

	/** The capture reads the page only when it gets a turn: what is visible then may leave. */
	#turn(what: Turn): void {
		if (what === "message") this.#player.look();
		this.#allow(this.#expect());
		this.#clock.turn(what);
	}

	#expect(): Expectation {
		return expect(this.#window.document, this.#past, isOwn);
	}

	#allow({ lines, extras, title }: Expectation): void {
		for (const text of [...lines, ...extras, title])
			for (const canary of text.match(CANARY) ?? []) this.#allowed.add(canary);
	}

	#take(bytes: Uint8Array<ArrayBuffer>): void {
		this.#frames++;
		if (this.#isPaused) this.#fail("a frame left although the capture was paused");
		const frame = decodeFrame(bytes);
		if (!frame) {
			this.#fail("a frame without a header");
			return;
		}
		const allowed = this.#allowed;
		this.#mirror.apply(bytes);
		this.#reading = this.#reading.then(() => this.#read(frame, allowed)).catch((error) => this.#fail(String(error)));
	}

	async #read(frame: Frame, allowed: ReadonlySet<string>): Promise<void> {
		const plain = await inflate(frame);
		this.#applier.apply(frame, plain);
		let text = "";
		for (let i = 0; i < plain.length; i += 10_000) text += String.fromCharCode(...plain.subarray(i, i + 10_000));
		for (const [canary] of text.matchAll(CANARY)) {
			this.#canaries++;
			if (!allowed.has(canary))
				this.#fail(`${canary} left in a frame of kind ${frame.kind}; it stands in ${this.#whereabouts(canary)}`);
		}
	}

	/** The text or attributes that hold a canary now, with the elements above. */
	#whereabouts(canary: string): string {
		const found: string[] = [];
		const visit = (node: Node, path: string): void => {
			const element = node.nodeType === 1 ? (node as Element) : undefined;
			const tag = element?.cloneNode(false) as Element | undefined;
			const here = `${path}/${tag?.outerHTML.replace(/<\/.*/, "") ?? node.nodeName}`;
			const text = element ? (tag?.outerHTML ?? "") : ((node as CharacterData).data ?? "");
			if (text.includes(canary)) found.push(here);
			const shadow = element && (element.shadowRoot ?? this.#past.closed.get(element));
			if (shadow) visit(shadow, here);
			if (element?.localName === "iframe") {
				const content = (element as HTMLIFrameElement).contentDocument;
				if (content) visit(content, here);
			}
			for (const child of node.childNodes) visit(child, here);
		};
		visit(this.#window.document, "");
		return found.join(" and ") || "nothing";
	}

	/** Lets everything run out until the mirror shows what it must. */
	async #settle(): Promise<{ expected: string[]; mirrored: string[] }> {
		this.#isReady = true;
		let expectation = this.#expect();
		let mirrored: string[] = [];
		const started = performance.now();
		let difference: string | undefined;
		for (let round = 0; performance.now() - started < this.#patienceMs && !this.#problem; round++) {
			await (round < 12 ? turn() : wait(4));
			if (round === 0 || round > 12) this.#turn("sample");
			for (let left = 5000; left > 0 && this.#clock.isBusy; left--) {
				this.#turn("message");
				if (!this.#isHidden) this.#turn("frame");
				else if (!this.#clock.pending.messages) break;
			}
			if (this.#isHidden) this.#turn("timer");
			await this.#reading;
			if (this.#isPaused) {
				if (round < 3) continue;
				return { expected: [], mirrored: [] };
			}
			expectation = this.#expect();
			this.#allow(expectation);
			mirrored = readMirror(this.#mirrored, expectation.selectors);
			difference = this.#compare(expectation, mirrored);
			if (difference === undefined) break;
		}
		if (difference !== undefined) this.#fail(difference);
		// What may leave from here on is what can be seen now.
		this.#allowed = new Set();
		this.#allow(expectation);
		return { expected: expectation.lines, mirrored };
	}

	#compare({ lines, title }: Expectation, mirrored: readonly string[]): string | undefined {
		const at = lines.findIndex((line, i) => line !== comparable(mirrored[i] ?? "", line));
		if (at >= 0 || lines.length !== mirrored.length) {
			const line = at >= 0 ? at : lines.length;
			return `line ${line}: expected ${lines[line] ?? "nothing"}\n        mirrored ${mirrored[line] ?? "nothing"}`;
		}
		if (title !== this.#title.replace(/•+/g, "•")) return `title: expected ${title}, mirrored ${this.#title}`;
		const debug = this.#capture?.debug();
		if (debug && debug.nodes !== this.#applier.nodes.size) {
			const undead = this.#undead();
			if (undead) return `the capture counts ${debug.nodes} nodes, the mirror ${this.#applier.nodes.size}: ${undead}`;
		}
		if (this.#applier.skipped) return `${this.#applier.skipped} operations named nodes that were not there`;
		return undefined;
	}

	/** Nodes that have a number with the capture and none in the mirror; not those that left a removed tree unseen. */
	#undead(): string {
		const found: string[] = [];
		for (let id = 1; id < 100_000; id++) {
			const node = this.#capture?.node(id);
			if (node && !this.#applier.nodes.has(id))
				found.push(`${id} ${node.nodeName}${node.isConnected ? "" : " detached"}`);
		}
		return found.join(", ");
	}

	/** The document of the stage that is shown. */
	get #mirrored(): Document | undefined {
		const host = (document.getElementById("mirror") as HTMLIFrameElement).contentDocument;
		const stages = [...(host?.querySelectorAll("iframe") ?? [])].filter(
			(stage) => stage.style.visibility === "visible",
		);
		return stages.at(-1)?.contentDocument ?? undefined;
	}
}

/** Plays a run from the start, on a page of its own. */
export async function play(run: Run, bundle: string): Promise<Outcome> {
	const trial = new Trial(bundle, run);
	try {
		return await trial.run(run.operations);
	} finally {
		trial.end();
	}
}
