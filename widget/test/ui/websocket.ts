import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const Opcode = { binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Just enough of RFC 6455 to speak to a browser: binary messages and closing, on the server's side. */
export class ServerSocket {
	onmessage: (data: Buffer<ArrayBuffer>) => void = () => {};
	onclose: () => void = () => {};
	#buffer = Buffer.alloc(0);
	#parts: Buffer[] = [];

	constructor(
		request: IncomingMessage,
		private readonly stream: Duplex,
		protocol: string,
	) {
		const accept = createHash("sha1")
			.update(request.headers["sec-websocket-key"] + GUID)
			.digest("base64");
		stream.write(
			`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
		);
		stream.on("data", (data: Buffer) => {
			this.#buffer = Buffer.concat([this.#buffer, data]);
			while (this.#read()) {}
		});
		stream.on("close", () => this.onclose());
		stream.on("error", () => {});
	}

	send(data: Uint8Array): void {
		this.#write(Opcode.binary, data);
	}

	close(code: number): void {
		const body = Buffer.alloc(2);
		body.writeUInt16BE(code);
		this.#write(Opcode.close, body);
		this.stream.end();
	}

	/** As when the network is cut. */
	destroy(): void {
		this.stream.destroy();
	}

	#write(opcode: number, data: Uint8Array): void {
		if (this.stream.destroyed || this.stream.writableEnded) return;
		const head = Buffer.alloc(data.length < 126 ? 2 : data.length < 65536 ? 4 : 10);
		head[0] = 0x80 | opcode;
		head[1] = data.length < 126 ? data.length : data.length < 65536 ? 126 : 127;
		if (head.length === 4) head.writeUInt16BE(data.length, 2);
		if (head.length === 10) head.writeBigUInt64BE(BigInt(data.length), 2);
		this.stream.write(Buffer.concat([head, data]));
	}

	#read(): boolean {
		const buffer = this.#buffer;
		if (buffer.length < 2) return false;
		const first = buffer.readUInt8(0);
		let length = buffer.readUInt8(1) & 0x7f;
		let at = 2;
		if (length === 126) {
			if (buffer.length < 4) return false;
			length = buffer.readUInt16BE(2);
			at = 4;
		} else if (length === 127) {
			if (buffer.length < 10) return false;
			length = Number(buffer.readBigUInt64BE(2));
			at = 10;
		}
		if (buffer.length < at + 4 + length) return false;
		const mask = buffer.subarray(at, at + 4);
		const body = Buffer.from(buffer.subarray(at + 4, at + 4 + length));
		for (let i = 0; i < body.length; i++) body[i] = (body[i] ?? 0) ^ (mask[i % 4] ?? 0);
		this.#buffer = buffer.subarray(at + 4 + length);
		switch (first & 0x0f) {
			case Opcode.close:
				this.#write(Opcode.close, body.subarray(0, 2));
				this.stream.end();
				break;
			case Opcode.ping:
				this.#write(Opcode.pong, body);
				break;
			case Opcode.pong:
				break;
			default:
				this.#parts.push(body);
				if (first & 0x80) this.onmessage(Buffer.concat(this.#parts.splice(0)) as Buffer<ArrayBuffer>);
		}
		return true;
	}
}
