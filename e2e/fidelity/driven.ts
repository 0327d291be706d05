/** The pair that is tried in any browser that has a driver: both sides in the same one, since no two engines lay out alike. */
import { mirroredDocument, until } from "../support/browser.ts";
import type { Driver, Size } from "../support/drivers.ts";
import { clickOn, find, placeOf, shown } from "../support/steps.ts";
import type { Hand } from "./hand.ts";
import type { Seen } from "./look.ts";
import { admin, hideWidget, type Program, UNFRAMED } from "./ours.ts";
import { lookAt, type Pair, VIEWPORT } from "./pair.ts";
import { common } from "./pixels.ts";

/** A question does not take a click before it has been there for a moment, ms. */
const SETTLE_MS = 600;
const TIMEOUT_MS = 60_000;

/** What the compiler of these tests wraps named functions in. */
const NAMED = "const __name = (f) => f;";

/** How a browser is started, and what cannot be asked of it. */
export type Engine = {
	name: string;
	start: (size?: Size) => Promise<Driver>;
	/** Does not compute anew the styles of what it does not draw: they are those of an earlier moment. */
	hasStaleStyles?: boolean;
	/** See `Pair`. */
	mayDiffer?: number;
};

/** A live session; both browsers end with it. */
export async function openDriven({ site, service }: Program, engine: Engine, path: string): Promise<Pair> {
	const { start } = engine;
	const [visitor, agent] = await Promise.all([start(VIEWPORT), start(VIEWPORT)]);
	try {
		await join(visitor, agent, site.origin + path, service.console);
	} catch (error) {
		await Promise.allSettled([visitor.close(), agent.close()]);
		throw error;
	}
	const read = async <T>(driver: Driver, expression: string): Promise<T> =>
		JSON.parse(await driver.run<string>(`${NAMED} return JSON.stringify(${expression})`));
	const look = async (driver: Driver, expression: string): Promise<Seen> => {
		const seen = await read<Seen>(driver, expression);
		if (engine.hasStaleStyles) forgetUndrawn(seen);
		return seen;
	};
	return {
		hand: handOf(visitor, site.origin),
		async open(to) {
			await aside(visitor);
			await visitor.open(site.origin + to);
		},
		looks: () =>
			Promise.all([
				look(visitor, lookAt("document")),
				look(
					agent,
					`((doc) => doc?.documentElement ? ${lookAt("doc")} : { n: "nothing", b: [], s: "", c: [] })((${mirroredDocument})())`,
				),
			]),
		both: (of) =>
			Promise.all([read<never>(visitor, `(${of})(document)`), read<never>(agent, `(${of})((${mirroredDocument})())`)]),
		async pictures() {
			await visitor.run(`${NAMED} (${hideWidget})()`);
			const [page, mirror] = await Promise.all([visitor.picture(), agent.picture()]);
			// A page that fills the screen is larger than the agent's window.
			return [common(page, mirror), common(mirror, page)];
		},
		...(engine.mayDiffer && { mayDiffer: engine.mayDiffer }),
		close: async () => void (await Promise.allSettled([visitor.close(), agent.close()])),
	};
}

function forgetUndrawn(seen: Seen): void {
	const [, , width, height] = seen.b;
	if (!width || !height || / hidden /.test(seen.s)) seen.s = "";
	for (const child of seen.c) if (typeof child !== "string") forgetUndrawn(child);
}

/** The visitor asks for help, the agent signs in and joins, the visitor says yes. */
async function join(visitor: Driver, agent: Driver, page: string, console: string): Promise<void> {
	await Promise.all([visitor.open(page), agent.open(console)]);
	await clickOn(agent, 'input[type="email"]');
	await agent.type(admin.email);
	await clickOn(agent, 'input[type="password"]');
	await agent.type(admin.password);
	await clickOn(agent, "button", "Sign in");
	await clickOn(visitor, "button", "Help");
	await shown(visitor, ".panel .code");
	const code = await visitor.run<string>(`${find(".panel .code")} return found.textContent`);
	await clickOn(agent, "input.code-field");
	await agent.type(code.replace(/\D/g, ""));
	await clickOn(visitor, "button", "Allow", SETTLE_MS);
	await until(
		`a picture in ${agent.name}`,
		() => agent.run<boolean>(`return ((${mirroredDocument})()?.body?.childElementCount ?? 0) > 0`),
		TIMEOUT_MS,
	);
	await agent.run(
		`const sheet = new CSSStyleSheet(); sheet.replaceSync(${JSON.stringify(UNFRAMED)}); document.adoptedStyleSheets.push(sheet);`,
	);
}

/**
 * Takes the pointer to where no trial has anything: browsers paint their own buttons and fields darker below it, which
 * nobody can read off them, and a new page would be hovered from the beginning.
 */
const aside = (driver: Driver): Promise<void> => driver.move({ x: 1, y: 1 });

function handOf(driver: Driver, origin: string): Hand {
	return {
		run: (act) => driver.run(`${NAMED} return (async () => void (await (${act})()))()`),
		async click(selector) {
			await clickOn(driver, selector);
			await aside(driver);
		},
		hover: async (selector) => driver.move(await placeOf(driver, selector)),
		type: driver.type,
		press: driver.press,
		drag: ([x, y], [toX, toY]) => driver.drag({ x, y }, { x: toX, y: toY }),
		goto: (path) => driver.open(origin + path),
		back: driver.back,
		forward: driver.forward,
		prefer: () => Promise.reject(new Error(`nobody can tell ${driver.name} which colours to prefer`)),
	};
}
