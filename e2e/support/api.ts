/** The HTTP API as a program uses it: signed in by a cookie, JSON both ways. */
import assert from "node:assert/strict";

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests that know what they asked for
export type Answer = { status: number; body: any; text: string };

export class API {
	#cookie = "";

	constructor(private readonly origin: string) {}

	async call(method: string, path: string, body?: unknown): Promise<Answer> {
		const response = await fetch(`${this.origin}/api/v1${path}`, {
			method,
			headers: {
				Origin: this.origin,
				...(this.#cookie && { Cookie: this.#cookie }),
				...(body !== undefined && { "Content-Type": "application/json" }),
			},
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
		for (const set of response.headers.getSetCookie()) this.#cookie = set.split(";")[0] ?? "";
		const text = await response.text();
		const json = response.headers.get("Content-Type")?.includes("json");
		return { status: response.status, body: json && text ? JSON.parse(text) : undefined, text };
	}

	/** As call, for what must succeed. */
	async ok(method: string, path: string, body?: unknown): Promise<Answer["body"]> {
		const answer = await this.call(method, path, body);
		assert(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
		return answer.body;
	}

	async signIn(email: string, password: string): Promise<this> {
		await this.ok("POST", "/sign-in", { email, password });
		return this;
	}
}
