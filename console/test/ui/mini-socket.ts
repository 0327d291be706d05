/** The server's end of a WebSocket (RFC 6455), as much of it as a test needs: whole binary messages under 64 KiB. */
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

export class MiniSocket {
	onMessage: (bytes: Uint8Array<ArrayBuffer>) => void = () => {};
	onClose: (code: number) => void = () => {};
	readonly #stream: Duplex;
	#held = Buffer.alloc(0);

	constructor(request: IncomingMessage, stream: Duplex, protocol: string) {
		this.#stream = stream;
		const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}${GUID}`).digest("base64");
		stream.write(
			`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
				`Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
		);
		stream.on("data", (chunk: Buffer) => {
			this.#held = Buffer.concat([this.#held, chunk]);
			while (this.#take());
		});
		stream.on("error", () => {});
		stream.on("close", () => this.onClose(1006));
	}

	send(bytes: Uint8Array): void {
		this.#write(2, bytes);
	}

	close(code: number, reason = ""): void {
		const body = Buffer.alloc(2 + reason.length, reason, "latin1");
		body.writeUInt16BE(code);
		body.write(reason, 2);
		this.#write(8, body);
		this.#stream.end();
	}

	/** As a network does: without a word. */
	cut(): void {
		this.#stream.destroy();
	}

	#write(opcode: number, body: Uint8Array): void {
		if (!this.#stream.writable) return;
		const head = body.length < 126 ? Buffer.alloc(2) : Buffer.alloc(4);
		head[0] = 0x80 | opcode;
		head[1] = Math.min(body.length, 126);
		if (body.length >= 126) head.writeUInt16BE(body.length, 2);
		this.#stream.write(Buffer.concat([head, body]));
	}

	/** Takes one whole frame from what has come; false if there is none yet. */
	#take(): boolean {
		const held = this.#held;
		if (held.length < 2) return false;
		const short = (held[1] ?? 0) & 0x7f;
		const at = short === 126 ? 4 : 2;
		if (held.length < at + 4) return false;
		const length = short === 126 ? held.readUInt16BE(2) : short;
		const end = at + 4 + length;
		if (held.length < end) return false;
		const mask = held.subarray(at, at + 4);
		const body = new Uint8Array(length);
		for (let i = 0; i < length; i++) body[i] = (held[at + 4 + i] ?? 0) ^ (mask[i % 4] ?? 0);
		const opcode = (held[0] ?? 0) & 0x0f;
		this.#held = held.subarray(end);
		if (opcode === 2) this.onMessage(body);
		if (opcode === 8) {
			this.onClose(body.length >= 2 ? (body[0] ?? 0) * 256 + (body[1] ?? 0) : 1005);
			this.#stream.end();
		}
		return true;
	}
}
