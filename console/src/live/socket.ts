/** Carries out what the link's state machine says: the one place with a WebSocket and its timer. */
import {
	decodeFrame,
	encodeFrame,
	encodeJSON,
	type Frame,
	Kind,
	SUBPROTOCOL,
	TICKET_PREFIX,
} from "../../../wire/wire.ts";
import { ApiError } from "../api/http.ts";
import { Cell } from "../state/cell.ts";
import { bodies, readBody } from "./bodies.ts";
import { idle, type Link, type LinkAct, type LinkEvent, step, type Ticket } from "./link.ts";

export type SocketNeeds = {
	/** Gets a ticket; rejects with ApiError. */
	ticket(): Promise<Ticket>;
	/** The body of the hello. */
	hello(): object;
	/** Each frame in order; the room has to be up to date when this returns. */
	frame(frame: Frame, bytes: Uint8Array<ArrayBuffer>): void;
	/** A ping went out. */
	pinged(): void;
};

/** Frames of the latest lane (pointer) are left out while this much waits to be sent. */
const FULL_BYTES = 64 << 10;

export class Socket {
	readonly link = new Cell<Link>(idle);
	readonly #needs: SocketNeeds;
	#socket: WebSocket | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;
	readonly #online = () => this.#happened({ type: "online" });

	constructor(needs: SocketNeeds) {
		this.#needs = needs;
	}

	start(ticket?: Ticket): void {
		addEventListener("online", this.#online);
		this.#happened({ type: "start", ticket });
	}

	/** Says goodbye: 1000 leaves, 4410 ends the room for all. */
	stop(code: number): void {
		removeEventListener("online", this.#online);
		this.#happened({ type: "stop", code });
		clearTimeout(this.#timer);
	}

	/** Sends if there is a connection; `whether "latest"` frames may be left out when the line is full. */
	send(bytes: Uint8Array<ArrayBuffer>, lane: "ordered" | "latest" = "ordered"): boolean {
		const socket = this.#socket;
		if (this.link.value.phase !== "open" || socket?.readyState !== WebSocket.OPEN) return false;
		if (lane === "latest" && socket.bufferedAmount > FULL_BYTES) return false;
		socket.send(bytes);
		return true;
	}

	#happened(event: LinkEvent): void {
		const [link, ...acts] = step(this.link.value, event, Date.now(), Math.random);
		// The new state first: what an act causes must find it.
		this.link.set(link);
		this.#wake(link);
		for (const act of acts) this.#act(act);
	}

	#wake(link: Link): void {
		clearTimeout(this.#timer);
		if (link.wakeAt === undefined) return;
		this.#timer = setTimeout(() => this.#happened({ type: "tick" }), Math.max(0, link.wakeAt - Date.now()));
	}

	#act(act: LinkAct): void {
		switch (act.act) {
			case "fetch":
				void this.#fetch();
				break;
			case "dial":
				this.#dial(act.ticket);
				break;
			case "hello":
				this.#socket?.send(encodeJSON(Kind.hello, this.#needs.hello()));
				break;
			case "ping":
				this.#socket?.send(encodeFrame(Kind.ping, new Uint8Array(1)));
				this.#needs.pinged();
				break;
			case "bye":
				if (this.#socket?.readyState === WebSocket.OPEN)
					this.#socket.send(encodeJSON(Kind.bye, { code: act.code, reason: "" }));
				break;
			case "close":
				this.#drop(act.code);
		}
	}

	async #fetch(): Promise<void> {
		try {
			this.#happened({ type: "ticket", ticket: await this.#needs.ticket() });
		} catch (error) {
			const known = error instanceof ApiError ? error : undefined;
			this.#happened({ type: "refused", status: known?.status ?? 0, retryAfterMs: known?.retryAfterMs });
		}
	}

	#dial({ ticket, socket: path }: Ticket): void {
		const url = new URL(path, location.href);
		url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
		const socket = new WebSocket(url, [SUBPROTOCOL, TICKET_PREFIX + ticket]);
		socket.binaryType = "arraybuffer";
		this.#socket = socket;
		// What an older socket still has to say is nobody's concern.
		const current = () => this.#socket === socket;
		socket.addEventListener("open", () => current() && this.#happened({ type: "opened" }));
		socket.addEventListener("message", (event) => current() && this.#message(event.data));
		socket.addEventListener("close", ({ code, reason }) => {
			if (!current()) return;
			this.#socket = undefined;
			this.#happened({ type: "closed", code, reason });
		});
	}

	#drop(code: number): void {
		const socket = this.#socket;
		this.#socket = undefined;
		socket?.close(code);
	}

	#message(data: unknown): void {
		if (!(data instanceof ArrayBuffer)) return;
		const bytes = new Uint8Array(data);
		const frame = decodeFrame(bytes);
		if (!frame) return;
		this.#happened({ type: "heard" });
		if (frame.kind === Kind.ping) this.#socket?.send(encodeFrame(Kind.pong, frame.body));
		this.#needs.frame(frame, bytes);
		if (frame.kind === Kind.welcome) {
			const welcome = readBody(bodies.welcome, frame);
			if (welcome) this.#happened({ type: "welcome", silenceMs: welcome.limits.silenceMs });
		} else if (frame.kind === Kind.bye) {
			const bye = readBody(bodies.bye, frame);
			if (bye) this.#happened({ type: "bye", ...bye });
		}
	}
}
