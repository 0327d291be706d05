import { after, test } from "node:test";
import { Kind } from "../../../wire/wire.ts";
import { launcher, open, panel, shop, shut, until, visit } from "./harness.ts";
import { look, variants } from "./look.ts";

after(shut);

const words: Record<string, { name: string; question: string; kind: string; kinds: string[]; agent: string }> = {
	ar: {
		name: "الاسم",
		question: "ما سؤالك؟",
		kind: "الموضوع",
		kinds: ["طلبية", "فاتورة", "أمر آخر"],
		agent: "ليلى حداد",
	},
	en: { name: "Name", question: "What is it about?", kind: "Topic", kinds: ["Order", "Bill", "Other"], agent: "Mina" },
};

for (const [name, { lang, ...rest }] of Object.entries(variants)) {
	test(`form, place, chat, opt-out and message are accessible and fit: ${name}`, async () => {
		const { audited = false, ...options } = { audited: false, ...rest };
		const { server } = await open();
		server.pages.set(`/${lang}`, { html: shop(server, "", "", lang) });
		const { page, done } = await visit(`/${lang}`, options);
		const { name: label, question, kind, kinds, agent } = words[lang] ?? (words.en as (typeof words)[string]);
		server.help = {
			open: true,
			form: [
				{ id: "name", kind: "name", label, required: true },
				{
					id: "topic",
					kind: "choice",
					label: kind,
					required: false,
					options: kinds.map((k) => ({ value: k, label: k })),
				},
				{ id: "question", kind: "question", label: question, required: false },
			],
		};
		await launcher(page).click();
		await panel(page).locator("form").waitFor();
		await look(page, `${name}-form-1`, audited);
		await panel(page).locator("button.main").click();
		await panel(page).locator("[aria-invalid]").waitFor();
		await look(page, `${name}-form-2-missing`, audited);
		await panel(page).locator("input").fill(agent);
		server.place = { position: 2, waitSeconds: 170 };
		await panel(page).locator("button.main").click();
		await until("a connection", () => server.open[0]?.hello);
		await panel(page).locator("textarea").fill("https://example.org/monstera");
		await panel(page).locator(".composer button").click();
		await panel(page).locator(".log .own").waitFor();
		await look(page, `${name}-queue-and-chat`, audited);
		server.join(agent);
		server.tell(Kind.read, { n: 1 }, 2);
		server.say(lang === "ar" ? "مرحبًا! كيف يمكنني مساعدتك؟" : "Hello! How can I help?", 2, agent);
		server.chatFails = true;
		await panel(page).locator("textarea").fill("Two lines,\nthe second of which does not get through at first");
		await panel(page).locator(".composer button").click();
		await panel(page).locator(".failed").waitFor();
		server.tell(Kind.typing, new Uint8Array([1]), 2);
		await panel(page).locator(".typing:not(:empty)").waitFor();
		await look(page, `${name}-talk`, audited);
		await done();
	});

	test(`a message while nobody is there, and the opt-out that is asked to be lifted: ${name}`, async () => {
		const { audited = false, ...options } = { audited: false, ...rest };
		const { server } = await open();
		server.pages.set(`/${lang}`, { html: shop(server, "", "", lang) });
		const { page, done } = await visit(`/${lang}`, options);
		server.help = { open: false, opensAt: "2026-11-23T08:00:00Z", form: [] };
		await launcher(page).click();
		await panel(page).locator("form").waitFor();
		await panel(page).locator("button.main").click();
		await panel(page).locator("[aria-invalid]").first().waitFor();
		await look(page, `${name}-away-1`, audited);
		await panel(page).locator("input").fill("ada@example.org");
		await panel(page).locator("textarea").fill("When is the monstera back?");
		await panel(page).locator("button.main").click();
		await panel(page).locator("form").waitFor({ state: "detached" });
		await look(page, `${name}-away-2-left`, audited);
		await panel(page).locator("button.main").click();
		server.help = { open: true, form: [], optedOut: true };
		await launcher(page).click();
		await until("a connection", () => server.open[0]?.hello);
		server.ask("Mina");
		await page.getByRole("alertdialog").waitFor();
		await look(page, `${name}-lift`, audited);
		await done();
	});
}
