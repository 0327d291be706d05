import { type Answers, type Entry, EntryError, type Letter } from "../connection/entry.ts";
import { type Reason, reasonOf } from "../connection/machine.ts";
import { describePage } from "../page/page.ts";
import type { Policy } from "../policy.ts";
import type { Desk } from "./desk.ts";
import { type Fault, faultOf } from "./form.ts";

export type ReceptionHooks = {
	policy(): Policy | undefined;
	/** A room was opened. */
	entered(entry: Entry): void;
	/** No help can be had. */
	failed(reason: Reason): void;
};

/** For whoever builds the site. */
export const warnOfSignature = (): void =>
	console.warn("Alongside: identify() was given a signature that does not fit");

/** Names of the two fields that every message has, apart from the form's. */
export const LETTER = { email: "letter.email", text: "letter.text" } as const;

/** The way to a room: opening hours, the site's form, and the message that is left when nobody is there. */
export class Reception {
	#renewing = false;

	constructor(
		private readonly desk: Desk,
		private readonly hooks: ReceptionHooks,
	) {}

	/** The visitor asks for help, and is shown the form if there is one. */
	async arrive(): Promise<void> {
		const { desk } = this;
		desk.update({ stage: "arriving", sending: "", faults: {} });
		await this.#try(async () => {
			const help = await desk.client.help(desk.speech.language);
			if (desk.over) return;
			if (help.optedOut) desk.boot.objected();
			const stage = !help.open ? "away" : help.form.length > 0 ? "form" : "arriving";
			desk.update({ help, stage });
			if (stage === "arriving") await this.#enter({});
		});
	}

	/** Opens a room of which nothing is shown, so that the visitor is in the site's list. */
	async browse(): Promise<void> {
		await this.#try(() =>
			this.#open(false).catch((error: unknown) => {
				if (error instanceof EntryError && error.status === 403) this.desk.boot.objected();
				throw error;
			}),
		);
	}

	/** The form is filled in. */
	async submit(answers: Answers): Promise<void> {
		if (this.#faulty(answers)) return;
		await this.#try(() => this.#enter(answers));
	}

	/** A message for when somebody is there again. */
	async leave(answers: Answers, email: string, text: string): Promise<void> {
		const faults = {
			[LETTER.email]: faultOf({ kind: "email", required: true }, email),
			[LETTER.text]: faultOf({ kind: "long", required: true }, text),
		};
		if (this.#faulty(answers, faults)) return;
		const { client, speech, boot } = this.desk;
		const page = describePage(this.#policy, boot.sensitive());
		const letter: Letter = { lang: speech.language, page, answers, email: email.trim(), text, ...boot.person() };
		await this.#try(async () => {
			await client.leave(letter);
			this.desk.update({ stage: "left", sending: "done", email: letter.email });
		});
	}

	/** A fresh code, for whoever is on the phone with an agent. */
	async renewCode(): Promise<void> {
		const { desk } = this;
		if (this.#renewing || !desk.saved.resume || !desk.online) return;
		this.#renewing = true;
		try {
			const { code, codeExpires } = await desk.client.code(desk.saved.resume);
			desk.update({ code, codeUntil: Date.parse(codeExpires) });
		} catch (error) {
			if (!(error instanceof EntryError)) throw error;
			// Asked too often, or offline: the next look at the panel asks again.
		} finally {
			this.#renewing = false;
		}
	}

	get #policy(): Policy | undefined {
		return this.hooks.policy() ?? this.desk.state.help?.policy;
	}

	async #enter(answers: Answers): Promise<void> {
		const { saved, client, boot } = this.desk;
		if (!saved.resume) {
			await this.#open(true, answers);
			return;
		}
		await client.ask(saved.tab, saved.resume, describePage(this.#policy, boot.sensitive()), answers);
		this.desk.keep({ help: true });
		this.desk.update({ stage: "room", room: "waiting", sending: "" });
		// The receipt is there only now; without it the session merely cannot be rated.
		const entry = await client.resume(saved.tab, saved.resume, boot.person()).catch(() => undefined);
		if (entry?.receipt) this.desk.keep({ receipt: entry.receipt });
	}

	async #open(help: boolean, answers: Answers = {}): Promise<void> {
		const { client, saved, speech, boot } = this.desk;
		const page = describePage(this.#policy, boot.sensitive());
		const { tab } = saved;
		const opening = { tab, lang: speech.language, page, help, answers };
		const { user, ...person } = boot.person();
		const entry = await client.create({ ...opening, ...person, ...(user && { user }) }).catch((error: unknown) => {
			if (!(error instanceof EntryError) || error.field !== "user.signature") throw error;
			// That the site made a mistake is no reason to leave the visitor without help.
			warnOfSignature();
			return client.create({ ...opening, ...person });
		});
		if (this.desk.over) {
			// Objected to while it was on its way.
			if (!help) await client.object(entry.resume);
			return;
		}
		this.desk.update({ stage: "room", room: help ? "waiting" : "browsing", sending: "" });
		this.hooks.entered(entry);
	}

	/** Shows what is wrong with the answers; true if anything is. */
	#faulty(answers: Answers, others: Record<string, Fault | undefined> = {}): boolean {
		const all = { ...others };
		for (const field of this.desk.state.help?.form ?? []) {
			// Not asked for here: the message itself answers it.
			if (field.id in answers) all[field.id] = faultOf(field, answers[field.id] ?? "");
		}
		const faults: Record<string, Fault> = {};
		for (const [id, fault] of Object.entries(all)) if (fault) faults[id] = fault;
		this.desk.update({ faults, sending: "" });
		return Object.keys(faults).length > 0;
	}

	/** What fails is shown where it can be mended: beside the field, at the form, or in place of it. */
	async #try(act: () => Promise<void>): Promise<void> {
		const { desk } = this;
		const { stage, sending } = desk.state;
		if (sending === "sending") return;
		desk.update({ sending: "sending" });
		try {
			await act();
		} catch (error) {
			if (desk.over) return;
			if (!(error instanceof EntryError)) reportError(error);
			const { status, field } = error instanceof EntryError ? error : new EntryError(0);
			const id = /^answers\./.test(field) ? field.slice("answers.".length) : `letter.${field}`;
			if (status === 400 && field && stage !== "arriving") desk.update({ faults: { [id]: "refused" } });
			else if (stage === "arriving" || status === 403 || status === 404) this.hooks.failed(reasonOf(status));
			else desk.update({ sending: "failed" });
		} finally {
			if (desk.state.sending === "sending") desk.update({ sending: "" });
		}
	}
}
