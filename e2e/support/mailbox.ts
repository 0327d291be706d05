/** A mail server (SMTP, RFC 5321) that keeps the letters it is given. It speaks no TLS: programs of the same machine only. */
import { createServer, type Socket } from "node:net";
import { until } from "./browser.ts";

export type Letter = { from: string; to: string; subject: string; text: string; headers: Record<string, string> };

export type Mailbox = {
	/** As the setting `smtp` names it. */
	url: string;
	letters: readonly Letter[];
	/** Takes the oldest letter to the address out, once there is one. */
	next(to: string): Promise<Letter>;
	/** Turns every letter away, as a server does whose disk is full. */
	refuse(yes: boolean): void;
	stop(): Promise<void>;
};

export async function startMailbox(): Promise<Mailbox> {
	const letters: Letter[] = [];
	const sockets = new Set<Socket>();
	let refusing = false;
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on("error", () => {});
		socket.on("close", () => sockets.delete(socket));
		serve(
			socket,
			(letter) => letters.push(letter),
			() => refusing,
		);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("no port");
	return {
		url: `smtp://127.0.0.1:${address.port}`,
		letters,
		async next(to) {
			await until(`a letter to ${to}`, () => letters.some((letter) => letter.to === to));
			const at = letters.findIndex((letter) => letter.to === to);
			return letters.splice(at, 1)[0] as Letter;
		},
		refuse(yes) {
			refusing = yes;
		},
		async stop() {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

function serve(socket: Socket, keep: (letter: Letter) => void, refusing: () => boolean): void {
	let from = "";
	let to = "";
	/** Lines of the letter that is being given. */
	let data: string[] | undefined;
	const say = (line: string) => socket.write(`${line}\r\n`);
	const address = (line: string) => /<([^>]*)>/.exec(line)?.[1] ?? "";
	const answers: Record<string, (line: string) => void> = {
		EHLO: () => say("250-mailbox\r\n250 8BITMIME"),
		HELO: () => say("250 mailbox"),
		MAIL: (line) => {
			from = address(line);
			say(refusing() ? "452 no room" : "250 ok");
		},
		RCPT: (line) => {
			to = address(line);
			say("250 ok");
		},
		DATA: () => {
			data = [];
			say("354 go on");
		},
		RSET: () => say("250 ok"),
		NOOP: () => say("250 ok"),
		QUIT: () => socket.end("221 bye\r\n"),
	};
	const heard = (line: string) => {
		if (data === undefined) {
			const answer = answers[line.slice(0, 4).toUpperCase()];
			if (answer) answer(line);
			else say("502 what?");
		} else if (line === ".") {
			keep(read(from, to, data));
			data = undefined;
			say("250 kept");
		} else data.push(line.replace(/^\./, ""));
	};
	let rest = "";
	say("220 mailbox");
	// Letters are bytes: each is one character here, until the letter's own words are read.
	socket.setEncoding("latin1").on("data", (chunk: string) => {
		const lines = (rest + chunk).split("\r\n");
		rest = lines.pop() ?? "";
		for (const line of lines) heard(line);
	});
}

/** A letter of one part, as RFC 5322 and 2045 have it. */
function read(from: string, to: string, lines: string[]): Letter {
	const [head = "", ...body] = lines.join("\r\n").split("\r\n\r\n");
	const headers: Record<string, string> = {};
	for (const line of head.replace(/\r\n[ \t]+/g, " ").split("\r\n")) {
		const at = line.indexOf(":");
		headers[line.slice(0, at).toLowerCase()] = line.slice(at + 1).trim();
	}
	const raw = body.join("\r\n\r\n");
	const decode = encodings[(headers["content-transfer-encoding"] ?? "").toLowerCase()] ?? utf8;
	return { from, to, subject: words(headers.subject ?? ""), text: decode(raw).replaceAll("\r\n", "\n"), headers };
}

const utf8 = (bytes: string): string => Buffer.from(bytes, "latin1").toString("utf8");
const hex = (text: string): string =>
	text.replace(/=([0-9A-F]{2})/gi, (_, byte: string) => String.fromCharCode(Number.parseInt(byte, 16)));
const encodings: Record<string, (raw: string) => string> = {
	"quoted-printable": (raw) => utf8(hex(raw.replace(/=\r\n/g, ""))),
	base64: (raw) => Buffer.from(raw, "base64").toString("utf8"),
};

/** Encoded words of a header (RFC 2047), in UTF-8. */
const words = (header: string): string =>
	header
		.replace(/\?=\s+=\?/g, "?==?")
		.replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
			kind.toLowerCase() === "b" ? Buffer.from(text, "base64").toString("utf8") : utf8(hex(text.replaceAll("_", " "))),
		);
