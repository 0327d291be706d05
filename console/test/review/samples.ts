/** What a busy team leaves behind, the same on every run. */
import { figures, session } from "./server.ts";

const ago = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString();

export const someSessions = () => [
	session("a1", {
		wrapUp: {
			reason: "r1",
			note: "Parcel was at the neighbour’s.",
			ticket: "SHOP-118",
			by: { id: "p2", name: "Grace Hopper" },
			at: "2026-11-20T09:13:00Z",
		},
		rating: { score: 5, comment: "Quick and kind.", at: "2026-11-20T09:14:00Z" },
		user: "customer-20417",
	}),
	session("a2", { name: "", title: "", accepted: null, agents: [], why: "the visitor left", messages: 0, team: "" }),
	session("a3", {
		kind: "message",
		name: "Jörg Straßenbauer-Hohenlohe",
		email: "joerg.strassenbauer@example.org",
		accepted: null,
		ended: null,
		agents: [],
		text: "Hello, my order 4711 came without the lid.\nCould you send one?",
	}),
	session("a4", {
		name: "نور الهاشمي",
		opened: ago(742),
		accepted: ago(700),
		ended: null,
		why: "",
		agents: [
			{ id: "p2", name: "Grace Hopper" },
			{ id: "p9", name: "" },
		],
		site: { id: "s2", name: "Garden Club" },
		title: "A very long title of a page about pruning roses in a cold spring, and what to do about frost",
		rating: { score: 2, comment: "", at: "2026-11-20T09:14:00Z" },
	}),
	session("a5", {
		name: "",
		visitor: "v-81",
		stripped: true,
		wrapUp: { reason: "r2", note: "", ticket: "", by: { id: "p9", name: "" }, at: "2026-11-20T09:13:00Z" },
	}),
];

export const wholeSession = () =>
	session("a1", {
		...someSessions()[0],
		address: "203.0.113.0",
		fields: { plan: "Gold", branch: "Graz" },
		answers: [
			{ field: "question", label: "Wobei können wir helfen?", value: "Mein Paket ist seit Montag unterwegs." },
			{ field: "order", label: "Bestellnummer", value: "4711" },
		],
		text: "",
		consents: [
			{
				what: "view",
				act: "ask",
				person: { id: "p2", name: "Grace Hopper" },
				at: "2026-11-20T09:01:00Z",
				text: "3",
				language: "de",
			},
			{
				what: "view",
				act: "grant",
				person: { id: "p2", name: "Grace Hopper" },
				at: "2026-11-20T09:01:07Z",
				text: "3",
				language: "de",
			},
			{
				what: "control",
				act: "deny",
				person: { id: "p2", name: "Grace Hopper" },
				at: "2026-11-20T09:02:00Z",
				text: "3",
				language: "de",
			},
			{
				what: "view",
				act: "withdraw",
				person: { id: "", name: "" },
				at: "2026-11-20T09:08:00Z",
				text: "3",
				language: "de",
			},
		],
	});

export const someMessages = () => [
	{
		n: 1,
		id: "m1",
		role: "visitor",
		person: "",
		name: "Mia Wallner",
		text: "Hallo! Wo ist mein Paket?",
		at: "2026-11-20T09:00:20Z",
	},
	{
		n: 2,
		id: "m2",
		role: "agent",
		person: "p2",
		name: "Grace Hopper",
		text: "Guten Tag! Ich sehe nach: https://track.example/4711",
		at: "2026-11-20T09:01:20Z",
	},
	{
		n: 3,
		id: "m3",
		role: "agent",
		person: "p2",
		name: "Grace Hopper",
		text: "Es liegt beim Nachbarn.",
		at: "2026-11-20T09:02:20Z",
	},
	{
		n: 4,
		id: "m4",
		role: "visitor",
		person: "",
		name: "Mia Wallner",
		text: "Danke <b>sehr</b>!",
		at: "2026-11-20T09:03:20Z",
	},
];

export const busyBoard = () => ({
	waiting: [
		{
			room: "w1",
			site: { id: "s1", name: "Leaf & Stem" },
			name: "Jo Field",
			page: "https://leaf-and-stem.example/cart",
			title: "Your cart",
			lang: "en",
			team: "t1",
			since: ago(38),
			position: 2,
			offeredTo: "p2",
			front: false,
		},
		{
			room: "w2",
			site: { id: "s2", name: "Garden Club" },
			name: "",
			page: "https://garden.example/roses/pruning",
			title: "",
			lang: "fr",
			team: "",
			since: ago(312),
			position: 1,
			offeredTo: "",
			front: true,
		},
	],
	agents: [
		{ id: "p1", name: "Ada Lovelace", status: "away", active: 0, capacity: 3 },
		{ id: "p2", name: "Grace Hopper", status: "available", active: 3, capacity: 3 },
		{ id: "p3", name: "Katherine Johnson", status: "available", active: 1, capacity: 4 },
	],
	rooms: [
		room("l1", "live", "Mia Wallner", [{ id: "p2", name: "Grace Hopper", state: "viewing" }], 754),
		room(
			"l2",
			"helping",
			"",
			[
				{ id: "p2", name: "Grace Hopper", state: "helping" },
				{ id: "p3", name: "Katherine Johnson", state: "helping" },
			],
			65,
		),
		room("w1", "waiting", "Jo Field", [], 38),
		room("b1", "browsing", "", [], 900),
	],
});

function room(id: string, state: string, name: string, helpers: object[], seconds: number) {
	return {
		room: id,
		site: { id: "s1", name: "Leaf & Stem" },
		state,
		since: ago(seconds),
		asked: state === "browsing" ? null : ago(seconds),
		pageSince: ago(10),
		name,
		user: "",
		help: state !== "browsing",
		page: { url: "https://leaf-and-stem.example/checkout/address", title: "Checkout: your address" },
		device: { browser: "Firefox 143", os: "Windows", kind: "desktop" },
		lang: "de-AT",
		agents: [],
		helpers,
		sources: 1,
	};
}

/** Figures that rise and fall over a week as those of a shop do. */
function busy(key: string, i: number) {
	const asked = Math.max(0, Math.round(14 + 9 * Math.sin(i / 3.1) + 6 * Math.sin(i * 1.7)));
	const accepted = Math.round(asked * (0.82 + 0.12 * Math.sin(i)));
	const waitMedian = 38 + 22 * Math.sin(i / 2.2);
	const ratings = Math.round(accepted * 0.4);
	return figures(key, {
		sessions: asked,
		accepted,
		abandoned: asked - accepted,
		messages: i % 3,
		waitMedian: accepted ? waitMedian : 0,
		waitP90: waitMedian * (2.6 + Math.sin(i * 2.3)),
		handleMedian: 420 + 90 * Math.sin(i),
		ratings,
		ratingMean: ratings ? 4.1 + 0.7 * Math.sin(i * 1.3) : 0,
		reasons: { r1: Math.round(accepted * 0.5), r2: Math.round(accepted * 0.2), r3: i % 2 },
	});
}

type Row = ReturnType<typeof figures> & { sessions: number; accepted: number; abandoned: number; messages: number };

function report(rows: Row[]) {
	const sum = (name: "sessions" | "accepted" | "abandoned" | "messages") =>
		rows.reduce((all, row) => all + row[name], 0);
	const reasons: Record<string, number> = {};
	for (const row of rows)
		for (const [id, times] of Object.entries(row.reasons as Record<string, number>))
			reasons[id] = (reasons[id] ?? 0) + times;
	const total = {
		sessions: sum("sessions"),
		accepted: sum("accepted"),
		abandoned: sum("abandoned"),
		messages: sum("messages"),
	};
	return {
		rows,
		total: figures("", {
			...total,
			waitMedian: 39,
			waitP90: 112,
			handleMedian: 431,
			ratings: 97,
			ratingMean: 4.2,
			reasons,
		}),
	};
}

/** A report of so many days up to 22 November 2026. */
export function daysReport(days: number) {
	const last = Date.UTC(2026, 10, 22);
	return report(
		Array.from({ length: days }, (_, i) => {
			const key = new Date(last - (days - 1 - i) * 86_400_000).toISOString().slice(0, 10);
			return busy(key, i) as Row;
		}),
	);
}

/** Figures of many people, one of whom is gone, and of those nobody helped. */
export function peopleReport(people: readonly { id: string }[]) {
	return report([
		figures("", { sessions: 31, abandoned: 31 }) as Row,
		...people.map(({ id }, i) => busy(id, i) as Row),
		busy("gone", 3) as Row,
	]);
}
