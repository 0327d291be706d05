/** WebSocket frames (RFC 6455 §5) as bytes: enough to read a recorded connection, and to be a client of our own. */
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import type { Socket } from "node:net";

const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

type Piece = { last: boolean; opcode: number; payload: Buffer; end: number };

/** The frame that begins at an offset; undefined if it is not all there. Throws for an extension, which none of us asks for. */
function pieceAt(bytes: Buffer, start: number): Piece | undefined {
	if (bytes.length < start + 2) return undefined;
	const head = bytes.readUInt16BE(start);
	if (head & 0x7000) throw new Error("a WebSocket frame of an extension: what it holds is not looked through");
	let at = start + 2;
	let length = head & 0x7f;
	const wide = length === 126 ? 2 : length === 127 ? 8 : 0;
	if (bytes.length < at + wide) return undefined;
	if (wide === 2) length = bytes.readUInt16BE(at);
	else if (wide === 8) length = Number(bytes.readBigUInt64BE(at));
	at += wide;
	const masked = (head & 0x80) !== 0;
	if (bytes.length < at + length + (masked ? 4 : 0)) return undefined;
	const mask = masked ? bytes.subarray(at, at + 4) : undefined;
	at += mask?.length ?? 0;
	const payload = Buffer.from(bytes.subarray(at, at + length));
	if (mask) for (let i = 0; i < length; i++) payload[i] = (payload[i] as number) ^ (mask[i & 3] as number);
	return { last: (head & 0x8000) !== 0, opcode: (head >> 8) & 15, payload, end: at + length };
}

/** Takes bytes as they come, gives whole messages and the answers that the protocol wants. */
export class MessageReader {
	#bytes: Buffer = Buffer.alloc(0);
	#parts: Buffer[] = [];

	push(bytes: Buffer, take: (message: Buffer) => void, control?: (opcode: number, payload: Buffer) => void): void {
		this.#bytes = this.#bytes.length ? Buffer.concat([this.#bytes, bytes]) : bytes;
		let at = 0;
		for (let piece = pieceAt(this.#bytes, at); piece; piece = pieceAt(this.#bytes, at)) {
			at = piece.end;
			if (piece.opcode >= CLOSE) {
				control?.(piece.opcode, piece.payload);
				continue;
			}
			this.#parts.push(piece.payload);
			if (!piece.last) continue;
			const message = Buffer.concat(this.#parts);
			this.#parts = [];
			take(message);
		}
		this.#bytes = this.#bytes.subarray(at);
	}
}

function masked(opcode: number, payload: Buffer): Buffer {
	const { length } = payload;
	const size = length < 126 ? [0x80 | length] : length < 65_536 ? [0x80 | 126, length >> 8, length & 255] : undefined;
	if (!size) throw new Error("too long for this client");
	const mask = randomBytes(4);
	const body = payload.map((byte, i) => byte ^ (mask[i & 3] as number));
	return Buffer.concat([Buffer.from([0x80 | opcode, ...size]), mask, body]);
}

export type Client = { send(message: Uint8Array): void; close(): void };

/** Connects with the subprotocols; every message that comes is handed on. */
export function connect(
	url: string,
	origin: string,
	protocols: readonly string[],
	take: (message: Buffer) => void,
): Promise<Client> {
	return new Promise((resolve, reject) => {
		const upgrade = request(url, {
			headers: {
				Connection: "Upgrade",
				Upgrade: "websocket",
				Origin: origin,
				"Sec-WebSocket-Version": "13",
				"Sec-WebSocket-Key": randomBytes(16).toString("base64"),
				"Sec-WebSocket-Protocol": protocols.join(", "),
			},
		});
		upgrade.once("response", (response) => reject(new Error(`the socket was refused: ${response.statusCode}`)));
		upgrade.once("error", reject);
		upgrade.once("upgrade", (_, socket: Socket, head: Buffer) => {
			const reader = new MessageReader();
			const control = (opcode: number, payload: Buffer) => {
				if (opcode === PING) socket.write(masked(PONG, payload));
				else if (opcode === CLOSE) socket.end();
			};
			socket.on("error", () => {});
			socket.on("data", (bytes: Buffer) => reader.push(bytes, take, control));
			if (head.length) reader.push(head, take, control);
			resolve({
				send: (message) => void socket.write(masked(BINARY, Buffer.from(message))),
				close: () => socket.destroy(),
			});
		});
		upgrade.end();
	});
}
