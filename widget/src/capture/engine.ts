/**
 * One capture of one page: joins the parts, owns every listener, timer, observer and patch, and decides when what is
 * dirty is read and sent. No error of its own reaches the page: it drops what it was doing and takes a fresh snapshot.
 *
 * Long because everything that hangs on the page stands in one file, beside the `#release` that must take it all back.
 */

import { Flag, Kind } from "../../../wire/wire.ts";
import type { DebugCounts } from "../capture.ts";
import { isBox, isMasked, Masks, Passwords } from "../mask/masks.ts";
import { hostOf, plain, viewOf } from "../mask/plain.ts";
import { Probe } from "../mask/probe.ts";
import type { Policy } from "../policy.ts";
import { Activity } from "./activity.ts";
import { Animations } from "./animations.ts";
import { Body } from "./body.ts";
import { Components } from "./components.ts";
import { Selected } from "./css.ts";
import { StylePast } from "./cssom.ts";
import { drain } from "./drain.ts";
import { type Field, Fields } from "./fields.ts";
import { Funnel } from "./funnel.ts";
import { Highlights } from "./highlights.ts";
import { Patches } from "./patches.ts";
import { Pictures } from "./pictures.ts";
import { Pins } from "./pins.ts";
import { Resources } from "./resources.ts";
import { Sender } from "./sender.ts";
import { Styles } from "./styles.ts";
import { DARK, type Root, Trait, Tree } from "./tree.ts";

type Realm = Window & typeof globalThis;

export type EngineOptions = {
	window: Realm;
	policy: Policy;
	salt: Uint8Array;
	epoch: number;
	emit(frame: Uint8Array<ArrayBuffer>): void;
	ready(): boolean;
	own(node: Node): boolean;
	onDebug?: ((counts: DebugCounts) => void) | undefined;
};

/** At most so long the page's thread is held at a time. */
const SLICE_MS = 7;
/** The clock is looked at after so many records of the observer. */
const RECORDS_PER_LOOK = 128;
/** So many selectors are asked for at a time. */
const SELECTORS_PER_LOOK = 50;
/** What of a root that leaves is told. */
const SEEN = { childList: true, attributes: true, attributeOldValue: true, characterData: true, subtree: true };
/** What of a closed root that does not leave can change what its slots mark. */
const UNSEEN = { childList: true, attributes: true, subtree: true };
/** While a page is hidden no animation frame comes. */
const HIDDEN_MS = 1000;
/** So much may be learnt from sheets in an epoch; see `Epoch.enough`. */
const MAX_LEARNT = 50_000;
/** What no event tells is looked at this often. */
const SAMPLE_MS = 250;
/** After so many looks at a page on which nothing happened, every second one is left out. */
const CALM_LOOKS = 12;
/** After an error of our own: at first so long until the next snapshot, then twice as long. */
const RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;

/** All that lives for one epoch. */
type Epoch = {
	masks: Masks;
	probe: Probe;
	selected: Selected;
	funnel: Funnel;
	body: Body;
	tree: Tree;
	fields: Fields;
	styles: Styles;
	activity: Activity;
	animations: Animations;
	components: Components;
	highlights: Highlights;
	pictures: Pictures;
	pins: Pins;
	/** What no event tells is to be looked at. */
	look: boolean;
	/** Selectors learnt from sheets, whose elements are still to be looked at again. */
	fresh: string[];
	snapshot: boolean;
	/** When more than this was learnt from sheets, a new epoch forgets what does not hold any more. */
	enough: number;
	parts: number;
	/** What was told last. */
	title: string | undefined;
	/** Elements whose scroll offset was not asked for yet: asking makes the page lay out. */
	unscrolled: Set<Element>;
	/** Names of custom elements whose definition is waited for, by registry. */
	awaited: WeakMap<CustomElementRegistry, Set<string>>;
};

export class Engine {
	readonly #options: EngineOptions;
	readonly #window: Realm;
	readonly #document: Document;
	readonly #sender: Sender;
	readonly #resources: Resources;
	readonly #closedRoots = new WeakMap<Element, ShadowRoot>();
	readonly #passwords = new Passwords();
	readonly #past = new StylePast();
	/** By document and shadow root that is listened to, and by the own window: what ends that. */
	readonly #ends = new Map<object, () => void>();
	/** Documents that were written anew, which took their listeners away (HTML §8.4.1). */
	readonly #rewritten = new Set<Document>();
	#observer: MutationObserver | undefined;
	/** Observes the closed roots that do not leave: what their slots show is marked by what stands in them. */
	#unseen: MutationObserver | undefined;
	#policy: Policy;
	#at: Epoch | undefined;
	#epoch: number;
	/** What the observer told and is not noted yet, and how much of the first is. */
	readonly #records: (readonly MutationRecord[])[] = [];
	#heeded = 0;
	/** The node whose children the last record was about. */
	#noted: Node | undefined;
	/** Whether an observer has told of anything since the last step. */
	#isChanged = true;
	#frame = 0;
	#timer = 0;
	#sampler = 0;
	/** Looks since something happened. */
	#calm = 0;
	#slices: MessageChannel | undefined;
	#retry = RETRY_MS;
	#errors = 0;
	#stopped = false;
	#paused = false;
	#begun = false;
	#have: readonly string[] | undefined = [];

	constructor(options: EngineOptions) {
		this.#options = options;
		this.#window = options.window;
		this.#document = options.window.document;
		this.#policy = options.policy;
		this.#epoch = options.epoch;
		this.#sender = new Sender(
			(frame) => this.#guard(() => options.emit(frame)),
			() => this.#recover(),
		);
		this.#resources = new Resources(
			this.#window,
			this.#sender,
			new Masks(options.policy, this.#passwords),
			options.salt,
			() => this.#schedule(),
		);
	}

	start(): void {
		this.#guard(() => this.#begin());
	}

	/** A fresh snapshot under a new epoch. */
	keyframe(have?: readonly string[]): void {
		if (have) this.#have = have;
		if (!this.#stopped && !this.#paused) this.#guard(() => this.#begin());
	}

	setPolicy(policy: Policy): void {
		this.#policy = policy;
		this.keyframe();
	}

	/** Nothing is read or listened to until `resume`. */
	pause(): void {
		this.#paused = true;
		this.#release();
		this.#sender.stop();
	}

	resume(): void {
		if (!this.#paused) return;
		this.#paused = false;
		this.keyframe();
	}

	stop(): void {
		this.#stopped = true;
		this.#release();
		this.#sender.stop();
		this.#resources.stop();
	}

	node(id: number): Node | undefined {
		return this.#at?.tree.ids.node(id);
	}

	id(node: Node): number | undefined {
		return this.#at?.tree.ids.of(node) || undefined;
	}

	debug(): DebugCounts {
		const ids = this.#at?.tree.ids;
		let masked = 0;
		let ignored = 0;
		for (const { node, verdict } of ids?.all ?? []) {
			if (plain(node).nodeType !== 1 || !isMasked(verdict)) continue;
			if (isBox(verdict)) ignored++;
			else masked++;
		}
		return {
			nodes: ids?.count ?? 0,
			masked,
			ignored,
			unreadable: { ...this.#resources.unreadable },
			bytes: this.#sender.bytes,
			frames: this.#sender.frames,
			epoch: this.#epoch,
			errors: this.#errors,
		};
	}

	/** Ends everything that hangs on the page. */
	#release(): void {
		this.#observer?.disconnect();
		this.#unseen?.disconnect();
		for (const end of this.#ends.values()) end();
		this.#ends.clear();
		this.#at?.pins.stop();
		this.#at = undefined;
		this.#records.length = 0;
		this.#heeded = 0;
		this.#window.cancelAnimationFrame(this.#frame);
		this.#window.clearTimeout(this.#timer);
		this.#window.clearInterval(this.#sampler);
		this.#frame = 0;
		this.#timer = 0;
		this.#sampler = 0;
		if (this.#slices) this.#slices.port1.onmessage = null;
		this.#slices?.port1.close();
		this.#slices = undefined;
	}

	#begin(): void {
		this.#release();
		// Here, where a page's own kind of observer may throw.
		this.#observer = this.#newObserver();
		this.#unseen ??= new this.#window.MutationObserver((records) => this.#guard(() => this.#heedUnseen(records)));
		// A password may be made readable before its field is reached.
		this.#observer.observe(this.#document, { attributeFilter: ["type"], attributeOldValue: true, subtree: true });
		// The first epoch is the one asked for; each further snapshot has a later one.
		if (this.#begun) this.#epoch = Math.max(this.#epoch + 1, Math.floor(Date.now() / 100) >>> 0);
		this.#begun = true;
		this.#sender.begin(this.#epoch, this.#have);
		this.#have = undefined;
		const at = this.#newEpoch();
		this.#at = at;
		this.#resources.begin(at.masks);
		this.#resources.enabled = this.#policy.images;
		this.#slices = new MessageChannel();
		this.#slices.port1.onmessage = () => this.#guard(() => this.#slice());
		this.#sampler = this.#window.setInterval(() => this.#guard(() => this.#sample()), SAMPLE_MS);
		// Before the walk: what the page does meanwhile to roots and sheets tells nobody.
		const patches = this.#patchRealm(this.#window);
		this.#ends.set(this.#window, () => patches.stop());
		// From now on, not from the walk on: a field may be one of a password until then.
		this.#observer?.observe(this.#document, SEEN);
		this.#slices.port2.postMessage(0);
	}

	#newEpoch(): Epoch {
		const masks = new Masks(this.#policy, this.#passwords, this.#closedRoots);
		const selected = new Selected();
		const funnel = new Funnel(masks, selected, (url, kind, element) => this.#resources.refer(url, kind, element));
		const body = new Body();
		const tree = new Tree(masks, funnel, body, {
			element: (element, verdict, traits) => this.#sent(element, verdict, traits),
			filled: (field, verdict) => this.#at?.fields.filled(field as Field, verdict),
			root: (root) => this.#entered(root),
			forgotten: (node) => this.#forgotten(node),
			full: () => this.#send(),
			own: this.#options.own,
			shadow: (element) => this.#shadowOf(element),
		});
		const { ids } = tree;
		const wake = () => this.#schedule();
		const styles = new Styles(
			funnel,
			selected,
			body,
			ids,
			this.#sender,
			{ fetch: (url) => this.#resources.fetchText(url), unreadable: () => this.#count("style"), wake },
			this.#past,
		);
		const telling = { masks, selected, funnel, body, ids, roots: () => tree.roots, wake };
		const pictures = new Pictures(
			this.#sender,
			ids,
			masks,
			(element, key) => {
				const id = ids.of(element);
				if (id && this.#at?.body === body) {
					body.picture(id, key);
					wake();
				}
			},
			() => this.#count("canvas"),
		);
		return {
			masks,
			probe: new Probe(this.#document),
			selected,
			funnel,
			body,
			tree,
			fields: new Fields(masks, funnel, body, ids),
			styles,
			activity: new Activity(masks, body, ids, this.#sender, this.#window),
			animations: new Animations(telling),
			components: new Components(telling),
			highlights: new Highlights(telling),
			look: true,
			pictures,
			pins: new Pins(this.#window, body, ids, wake),
			fresh: [],
			snapshot: true,
			enough: 0,
			parts: 0,
			title: undefined,
			unscrolled: new Set(),
			awaited: new WeakMap(),
		};
	}

	/** A step of the snapshot, or of a diff too large for one flush. */
	#slice(): void {
		const at = this.#at;
		if (!at) return;
		const deadline = performance.now() + SLICE_MS;
		if (!this.#heed([], deadline)) return;
		if (!this.#options.ready()) {
			this.#schedule();
			return;
		}
		if (this.#step(at, deadline)) return;
		if (!at.snapshot) {
			this.#flush();
			return;
		}
		if (at.parts === 0 && !at.tree.ids.count) {
			at.styles.add(this.#document);
			if (at.styles.learn(deadline)) {
				at.selected.grown();
				at.tree.begin(this.#document);
			}
			this.#again();
			return;
		}
		at.tree.settle();
		// The sheets of what was sent go with it; their time is taken off that of the first part.
		const walked = at.tree.walk(at.parts ? deadline : deadline - SLICE_MS / 2);
		if (!walked && at.styles.learn(deadline)) at.styles.flush(deadline, false);
		if (!walked || !this.#rest(at, deadline)) {
			this.#send();
			this.#again();
			return;
		}
		this.#send(true);
		at.snapshot = false;
		at.enough = Math.max(MAX_LEARNT, 2 * at.selected.size);
		this.#resources.run();
		this.#schedule();
		this.#options.onDebug?.(this.debug());
	}

	/** Reads, masks and writes everything that is dirty. */
	#flush(): void {
		const at = this.#at;
		if (!at) return;
		this.#window.cancelAnimationFrame(this.#frame);
		this.#window.clearTimeout(this.#timer);
		this.#frame = 0;
		this.#timer = 0;
		if (!this.#options.ready()) {
			this.#schedule();
			return;
		}
		if (at.snapshot) {
			this.#again();
			return;
		}
		const deadline = performance.now() + SLICE_MS;
		if (this.#step(at, deadline)) return;
		at.activity.tell();
		if (!at.styles.learn(deadline) || !this.#grow(at, deadline)) {
			this.#again();
			return;
		}
		at.tree.settle();
		at.tree.flush(deadline);
		drain(at.unscrolled, deadline, (element) => {
			const { scrollTop, scrollLeft } = plain(element);
			if (scrollTop || scrollLeft) at.activity.scrolled(element);
		});
		const told = this.#rest(at, deadline);
		this.#send();
		if (!told || at.tree.dirty || at.unscrolled.size || at.fields.dirty || at.pins.dirty) this.#again();
		else this.#retry = RETRY_MS;
		this.#resources.run();
	}

	/** What follows the tree in a body; true if all sheets are told. */
	#rest(at: Epoch, deadline: number): boolean {
		at.fields.flush(deadline);
		at.pins.measure(deadline);
		// Those whose elements have just been sent, beside elements that they select.
		const told = at.styles.learn(deadline) && this.#grow(at, deadline) && at.styles.flush(deadline);
		at.activity.flush(this.#document);
		at.animations.flush();
		if (at.look) {
			at.components.flush();
			at.highlights.flush();
		}
		at.look = false;
		this.#resources.flush(at.body);
		const title = at.funnel.title(this.#document);
		if (title !== at.title) at.body.title(title);
		at.title = title;
		at.pins.write();
		return told;
	}

	/** Starts a synchronous step: takes in what the observer holds back. True if it must begin anew, or there is too much. */
	#step(at: Epoch, deadline: number): boolean {
		this.#heedUnseen(this.#unseen?.takeRecords() ?? []);
		if (!this.#heed(this.#observer?.takeRecords() ?? [], deadline)) return true;
		if (this.#rewritten.size) this.#isChanged = true;
		for (const doc of this.#rewritten) if (this.#ends.has(doc)) this.#attach(doc);
		this.#rewritten.clear();
		const isChanged = this.#isChanged;
		this.#isChanged = false;
		const isOther = at.masks.step(this.#document, this.#window.location.pathname, isChanged);
		if (!at.probe.isTrue(at.masks)) throw new Error("the page's prototypes lie");
		if (!isOther || !at.tree.ids.count) return false;
		this.#begin();
		return true;
	}

	/** Has the elements looked at again that newly selected tokens may concern, until the deadline; true if that is all. */
	#grow(at: Epoch, deadline: number): boolean {
		const grown = at.selected.grown();
		if (grown.length) at.funnel.grew();
		at.fresh.push(...grown);
		while (at.fresh.length) {
			const some = at.fresh.splice(0, SELECTORS_PER_LOOK);
			for (const root of at.tree.roots) {
				for (const element of plain(root).querySelectorAll(some.join())) {
					for (const selector of some) {
						const name = selector.startsWith(".") ? "class" : selector.startsWith("#") ? "id" : selector.slice(1, -1);
						if (plain(element).hasAttribute(name) && plain(element).matches(selector))
							at.tree.touchAttribute(element, name);
					}
				}
			}
			if (performance.now() > deadline) break;
		}
		return at.fresh.length === 0;
	}

	#send(last = false): void {
		const at = this.#at;
		if (!at) return;
		if (at.body.size === 0 && !last) return;
		const body = at.body.take();
		if (!at.snapshot) {
			this.#sender.state(Kind.diff, 0, body);
			return;
		}
		const flags = (at.parts++ === 0 ? Flag.first : 0) | (last ? Flag.last : 0);
		this.#sender.state(Kind.snapshot, flags, body);
	}

	#again(): void {
		this.#slices?.port2.postMessage(0);
	}

	/** Sees to a flush after the next animation frame, when the page is laid out anyway, or soon if there is none. */
	#schedule(): void {
		if (!this.#at || this.#stopped) return;
		this.#calm = 0;
		this.#frame ||= this.#window.requestAnimationFrame((now) =>
			this.#guard(() => {
				this.#frame = 0;
				// Only here does WebGL still hold its picture.
				this.#at?.pictures.look(now);
				this.#again();
			}),
		);
		this.#timer ||= this.#window.setTimeout(() => this.#guard(() => this.#flush()), HIDDEN_MS);
	}

	#sample(): void {
		const at = this.#at;
		if (!at || at.snapshot) return;
		if (++this.#calm > CALM_LOOKS && this.#calm % 2) return;
		// Pages that write ever new style text would otherwise be told ever more about.
		if (at.tree.look() || at.selected.size > at.enough) {
			this.keyframe();
			return;
		}
		if (!this.#options.ready()) at.tree.prune();
		if (at.tree.dirty || at.pins.waiting) this.#schedule();
		at.styles.sample();
		at.activity.viewed(); // a scrollbar that came or went says nothing
		at.fields.sample();
		at.animations.sample();
		at.look = at.components.any || at.selected.highlights.size > 0;
		if (at.look || at.animations.dirty || at.styles.dirty || at.fields.dirty || at.pictures.any) this.#schedule();
		// Nothing is known to have changed, so that reading it makes nobody lay out the page.
		if (!this.#frame && this.#options.ready()) at.activity.tell();
	}

	/**
	 * Notes what the observer told, until the deadline; true if that is all. If not, it goes on in the next slice, and
	 * nothing is sent before.
	 */
	#heed(records: readonly MutationRecord[], deadline: number): boolean {
		const at = this.#at;
		if (!at) return true;
		if (records.length) {
			this.#records.push(records);
			this.#isChanged = true;
		}
		this.#noted = undefined;
		for (let [batch] = this.#records; batch; [batch] = this.#records) {
			while (this.#heeded < batch.length) {
				this.#note(at, batch[this.#heeded++] as MutationRecord);
				if (this.#heeded % RECORDS_PER_LOOK || performance.now() <= deadline) continue;
				this.#again();
				return false;
			}
			this.#records.shift();
			this.#heeded = 0;
		}
		this.#noted = undefined;
		return true;
	}

	#note(at: Epoch, record: MutationRecord): void {
		at.tree.note(record);
		const { target, type } = record;
		// A list that is sorted tells of each row twice.
		if (type === "childList" && target === this.#noted) return;
		this.#noted = type === "childList" ? target : undefined;
		const owner = plain(target).nodeType === 1 ? (target as Element) : plain(target).parentElement;
		const tag = owner?.localName;
		if (tag === "style" || tag === "link" || tag === "head") at.styles.touch(target.getRootNode() as Root);
		if (tag === "textarea" || tag === "select" || tag === "input") at.fields.touch(owner ?? undefined);
		// One that is marked otherwise is counted otherwise.
		else if (tag === "option" || tag === "optgroup") at.fields.touch(owner?.closest("select") ?? undefined, true);
		if (type !== "attributes") at.pins.touch(owner);
		else if (tag === "dialog" && record.attributeName === "open") at.activity.opened(owner as Element);
	}

	/** An element has just been written that is more than its tags. */
	#sent(element: Element, verdict: number, traits: number): void {
		const at = this.#at;
		if (!at) return;
		if (isMasked(verdict)) at.pins.add(element);
		if (isBox(verdict)) return;
		if (traits & Trait.scrolls) at.unscrolled.add(element);
		if (traits & Trait.field) at.fields.add(element as Field, verdict);
		if (traits & Trait.told) this.#told(at, element, verdict);
		if (traits & Trait.custom && !element.matches(":defined")) this.#await(at, element);
		if (plain(element).hasAttribute("popover") && plain(element).matches(":popover-open")) at.activity.opened(element);
	}

	#told(at: Epoch, element: Element, verdict: number): void {
		const tag = element.localName;
		if (tag === "style" || tag === "link") at.styles.touch(element.getRootNode() as Root);
		else if (tag === "slot") at.components.add(element);
		else if (tag === "dialog") {
			if ((element as HTMLDialogElement).open) at.activity.opened(element);
		}
		if (tag === "video" || tag === "audio") at.activity.playing(element as HTMLMediaElement);
		if (/^(canvas|video)$/.test(tag) && this.#policy.canvas && !isMasked(verdict))
			at.pictures.add(element as HTMLCanvasElement);
	}

	/** Waits, once for each name, until elements of it are defined. */
	#await(at: Epoch, element: Element): void {
		const tag = element.localName;
		const registry = viewOf(element)?.customElements;
		if (!registry) return;
		const names = at.awaited.get(registry) ?? new Set();
		if (names.has(tag)) return;
		at.awaited.set(registry, names.add(tag));
		void registry.whenDefined(tag).then(
			() => {
				if (this.#at !== at) return;
				for (const root of at.tree.roots) {
					for (const element of plain(root).querySelectorAll(tag)) {
						if (!element.matches(":defined")) continue;
						at.activity.defined(element);
						at.tree.judge(element);
					}
				}
				this.#schedule();
			},
			() => undefined,
		);
	}

	#forgotten(node: Node): void {
		const at = this.#at;
		if (!at) return;
		const { nodeType } = plain(node);
		if (nodeType === 9 || nodeType === 11) {
			at.styles.forget(node as Root);
			this.#detach(node);
		}
		if (nodeType !== 1) return;
		at.fields.forget(node);
		at.pictures.forget(node);
		at.components.forget(node);
		at.pins.forget(node);
		at.styles.forgetOwner(node);
	}

	/** A document or shadow root has been entered, its children are yet to be read. */
	#entered(root: Root): void {
		const at = this.#at;
		if (!at) return;
		this.#observer?.observe(root, SEEN);
		if (plain(root).nodeType === 9) {
			at.activity.scrolled(root);
		}
		this.#attach(root);
		at.styles.add(root);
		at.animations.add(root);
		// What is not learnt in time is made good for: those elements are looked at again.
		const deadline = performance.now() + SLICE_MS / 2;
		at.styles.learn(deadline);
		if (at.snapshot) at.funnel.grew();
		else this.#grow(at, deadline);
	}

	#shadowOf(element: Element): ShadowRoot | null {
		const open = plain(element).shadowRoot;
		if (open) return open;
		const closed = this.#closedRoots.get(element);
		if (!closed || this.#policy.closedRoots) return closed ?? null;
		this.#unseen?.observe(closed, UNSEEN);
		return null;
	}

	#learnClosed(host: Element, root: ShadowRoot): void {
		this.#closedRoots.set(host, root);
		if (this.#policy.closedRoots) return;
		this.#unseen?.observe(root, UNSEEN);
		this.#judgeShown(root);
	}

	#heedUnseen(records: readonly MutationRecord[]): void {
		for (const root of new Set(records.map(({ target }) => target.getRootNode()))) this.#judgeShown(root);
	}

	/** What a shadow root shows in its slots may be marked otherwise now. */
	#judgeShown(root: Node): void {
		for (const child of hostOf(root)?.childNodes ?? []) this.#at?.tree.judge(child);
		this.#schedule();
	}

	#newObserver(): MutationObserver {
		return new this.#window.MutationObserver((records) =>
			this.#guard(() => {
				if (this.#heed(records, performance.now() + SLICE_MS)) this.#schedule();
			}),
		);
	}

	#patchRealm(view: Realm): Patches {
		const patches = new Patches();
		this.#at?.styles.patch(view, patches);
		this.#at?.animations.patch(view, patches);
		patches.method(view.HTMLSlotElement.prototype, "assign", (self) => {
			if (this.#at) this.#at.look = true;
			this.#judgeShown((self as Element).getRootNode());
		});
		for (const name of ["open", "write", "writeln"])
			patches.method(view.Document.prototype, name, (self) => {
				this.#rewritten.add(self as Document);
				this.#schedule();
			});
		patches.method(view.HTMLElement.prototype, "attachInternals", (self, internals) => {
			const root = (internals as ElementInternals).shadowRoot;
			if (root?.mode === "closed") this.#learnClosed(self as Element, root);
		});
		patches.method(view.Element.prototype, "attachShadow", (self, root) => {
			if ((root as ShadowRoot).mode === "closed") this.#learnClosed(self as Element, root as ShadowRoot);
			this.#at?.tree.touchRoot(self as Element);
			this.#schedule();
		});
		return patches;
	}

	#attach(root: Root): void {
		this.#detach(root);
		const listening = new AbortController();
		const view = plain(root).nodeType === 9 && root !== this.#document ? plain(root as Document).defaultView : null;
		const patches = view && this.#patchRealm(view as Realm);
		this.#ends.set(root, () => {
			listening.abort();
			patches?.stop();
		});
		this.#listen(root, listening.signal);
	}

	#detach(root: Node): void {
		this.#ends.get(root)?.();
		this.#ends.delete(root);
	}

	#listen(root: Root, signal: AbortSignal): void {
		const on = (target: EventTarget, types: string, act: (at: Epoch, target: Node, event: Event) => void) => {
			const listener = (event: Event) =>
				this.#guard(() => {
					const node = (event.composedPath()[0] ?? event.target) as Node | null;
					if (!this.#at || !node) return;
					act(this.#at, node, event);
					this.#schedule();
				});
			for (const type of types.split(" "))
				EventTarget.prototype.addEventListener.call(target, type, listener, { capture: true, passive: true, signal });
		};
		on(root, "scroll", (at, node) => at.activity.scrolled(node));
		on(root, "input change", (at, node, event) => {
			at.fields.touch(node);
			if (event.isTrusted && plain(node).nodeType === 1 && at.masks.rememberEdited(node as Element))
				at.tree.judge(node);
		});
		on(root, "slotchange", (at, node) => {
			for (const child of (node as HTMLSlotElement).assignedNodes?.() ?? []) at.tree.judge(child);
		});
		on(root, "reset", (at) => at.fields.touchAll());
		on(root, "toggle", (at, node) => at.activity.opened(node as Element));
		on(root, "play pause volumechange ratechange seeked ended loadedmetadata", (at, node) => {
			at.activity.playing(node as HTMLMediaElement);
			at.pictures.touch(node);
		});
		on(root, "load", (at, node) => {
			const tag = (node as Element).localName;
			if (tag === "link" || tag === "style") at.styles.touch(node.getRootNode() as Root);
			else if (tag === "iframe" || tag === "frame") at.tree.touchRoot(node as Element);
			else if (tag === "img") at.tree.touchAttribute(node as Element, "src");
		});
		if (plain(root).nodeType !== 9) return;
		// A key may bring out the ring of what has the focus already.
		on(root, "focusin focusout keydown", (at) => at.activity.focused());
		on(root, "selectionchange", (at) => at.activity.selected());
		on(root, "fullscreenchange", (at, node) => at.activity.opened(node as Element));
		// What comes under a pointer that rests is told by pointerover alone.
		on(root, "pointermove pointerover", (at, node, event) => {
			const { clientX, clientY } = event as PointerEvent;
			if (plain(node).nodeType === 1) at.activity.pointed(node as Element, clientX, clientY);
		});
		on(root, "click", (at, node, event) => {
			const { clientX, clientY, button } = event as PointerEvent;
			if (!event.isTrusted || plain(node).nodeType !== 1) return;
			at.masks.step(this.#document, this.#window.location.pathname);
			at.activity.clicked(node as Element, clientX, clientY, button);
		});
		const view = plain(root as Document).defaultView;
		if (!view) return;
		on(view, "resize", (at) => at.pins.touchAll());
		if (view !== this.#window) return;
		on(view, "resize scroll", (at) => at.activity.viewed());
		if (view.visualViewport) on(view.visualViewport, "resize scroll", (at) => at.activity.viewed());
		// Every style sheet may mean something else now.
		on(view.matchMedia(DARK), "change", () => this.keyframe());
	}

	#count(kind: string): void {
		this.#resources.unreadable[kind] = (this.#resources.unreadable[kind] ?? 0) + 1;
	}

	/** Runs an entry point: an error of ours is counted and mended, never thrown into the page. */
	#guard(act: () => void): void {
		if (this.#stopped) return;
		try {
			act();
		} catch {
			this.#recover();
		}
	}

	#recover(): void {
		this.#errors++;
		if (this.#stopped || this.#paused) return;
		this.#release();
		this.#timer = this.#window.setTimeout(() => this.#guard(() => this.#begin()), this.#retry);
		this.#retry = Math.min(this.#retry * 2, MAX_RETRY_MS);
	}
}
