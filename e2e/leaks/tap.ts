/**
 * A tap on the line between browsers and the server: everything passes, and every byte of both directions is kept. It
 * stands outside the browser, so it reads the same thing of all of them: what was really sent.
 */
import { connect, createServer, type Socket } from "node:net";
import { MessageReader } from "./websocket.ts";

export type Message = { bytes: Buffer; up: boolean };

export type Tap = {
	origin: string;
	/** WebSocket messages of all connections since the last `clear`, in the order in which they passed. */
	messages(): readonly Message[];
	/** Everything else that passed: HTTP requests and answers with their heads, upgrades included. */
	http(): { up: Buffer; down: Buffer };
	/** Forgets what passed. */
	clear(): void;
	close(): Promise<void>;
};

const HEAD_END = "\r\n\r\n";

/** Begins to listen on a free port of this machine; `target` is the server's origin. */
export async function startTap(target: () => string): Promise<Tap> {
	let messages: Message[] = [];
	let http = { up: [] as Buffer[], down: [] as Buffer[] };
	const open = new Set<Socket>();
	const server = createServer((client) => {
		const { hostname, port } = new URL(target());
		const upstream = connect(Number(port), hostname);
		// A connection is HTTP until the server agrees to change; what each side sends from there on are frames.
		const readers = { up: new MessageReader(), down: new MessageReader() };
		let asked = "";
		let upgraded = false;
		const keep = (way: "up" | "down", bytes: Buffer) => {
			if (upgraded) {
				readers[way].push(bytes, (message) => messages.push({ bytes: message, up: way === "up" }));
				return;
			}
			if (way === "up") asked = (asked + bytes.toString("latin1")).slice(-8192);
			const answer = way === "down" ? bytes.toString("latin1") : "";
			if (!answer.startsWith("HTTP/1.1 101") || !/upgrade: websocket/i.test(asked)) {
				http[way].push(bytes);
				return;
			}
			const end = answer.indexOf(HEAD_END) + HEAD_END.length;
			http.down.push(bytes.subarray(0, end));
			upgraded = true;
			if (end < bytes.length) keep("down", bytes.subarray(end));
		};
		for (const [way, from, to] of [
			["up", client, upstream],
			["down", upstream, client],
		] as const) {
			open.add(from);
			from.setNoDelay(true);
			from.on("data", (bytes: Buffer) => {
				keep(way, bytes);
				if (!to.write(bytes)) {
					from.pause();
					to.once("drain", () => from.resume());
				}
			});
			from.on("end", () => to.end());
			from.on("error", () => to.destroy());
			from.on("close", () => {
				open.delete(from);
				to.destroy();
			});
		}
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("no port");
	return {
		origin: `http://127.0.0.1:${address.port}`,
		messages: () => messages,
		http: () => ({ up: Buffer.concat(http.up), down: Buffer.concat(http.down) }),
		clear() {
			messages = [];
			http = { up: [], down: [] };
		},
		async close() {
			for (const socket of open) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
