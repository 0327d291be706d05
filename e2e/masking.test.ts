/** What never leaves the visitor's page: looked for in the bytes both sockets carried, inflated and decoded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Kind } from "../wire/wire.ts";
import { endConversation, liveSession, mirrorShows, type Person, until } from "./support/browser.ts";
import { dataBytes } from "./support/demo.ts";
import { findAny, ofKind } from "./support/frames.ts";
import { startWorld } from "./support/world.ts";

const world = startWorld();

/** Waits until the agent has seen all that was done so far: a mark set after it has arrived. */
async function settled(visitor: Person, agent: Person) {
	const mark = `mark ${Math.random().toString(36).slice(2)}`;
	await visitor.page.evaluate((text) => {
		const p = document.createElement("p");
		p.textContent = text;
		document.body.append(p);
	}, mark);
	await mirrorShows(agent, mark);
}

// req 001-08 001-12 000-29
test("a password never leaves, whatever is done to its field", async () => {
	const { visitor, agent } = await liveSession(world.browser, world.browser, world.demo, "/account");
	const password = visitor.page.locator('input[type="password"]').first();
	const handle = await password.elementHandle();
	assert.ok(handle);
	const canaries = [
		"typedSECRETone",
		"scriptSECRETtwo",
		"attributeSECRETthree",
		"shownSECRETfour",
		"clonedSECRETfive",
		"pastedSECRETsix",
	];
	await password.pressSequentially(canaries[0] as string);
	await handle.evaluate((field, [, script, attribute]) => {
		const input = field as HTMLInputElement;
		input.value = script as string;
		input.setAttribute("value", attribute as string);
	}, canaries);
	await settled(visitor, agent);
	// A "show password" toggle changes nothing.
	await handle.evaluate((field, canary) => {
		const input = field as HTMLInputElement;
		input.type = "text";
		input.value = canary as string;
		input.dispatchEvent(new Event("input", { bubbles: true }));
	}, canaries[3]);
	await settled(visitor, agent);
	await handle.evaluate((field) => (field as HTMLInputElement).focus());
	await visitor.page.keyboard.insertText(canaries[5] as string);
	await settled(visitor, agent);
	// Re-rendered, moved, reset.
	await handle.evaluate((field, canary) => {
		const input = field as HTMLInputElement;
		const parent = input.parentElement as HTMLElement;
		const copy = input.cloneNode(true) as HTMLInputElement;
		copy.type = "password";
		copy.value = canary as string;
		parent.append(copy, input);
		input.form?.reset();
	}, canaries[4]);
	await settled(visitor, agent);
	assert.deepEqual(findAny(visitor.frames, canaries), []);
	assert.deepEqual(findAny(agent.frames, canaries), []);
	assert.equal(
		findAny(visitor.frames, [await visitor.page.locator("h1").innerText()]).length,
		1,
		"the control is found",
	);
	await visitor.context.close();
	await agent.context.close();
});

// req 001-48 001-13 001-14 001-15 001-16 000-30
test("card fields, ignored and masked elements, and what is typed never leave", async () => {
	const { visitor, agent } = await liveSession(world.browser, world.browser, world.demo, "/checkout");
	const typed = {
		"cc-number": "4242424242424242",
		"cc-csc": "73951",
		"cc-exp": "11/39",
		name: "NameCANARY Person",
		"street-address": "StreetCANARY 12",
	};
	for (const [autocomplete, value] of Object.entries(typed)) {
		const field = visitor.page.locator(`[autocomplete~="${autocomplete}"]`).first();
		if (await field.count()) await field.pressSequentially(value);
	}
	await visitor.page.evaluate(() => {
		const html = (marking: string, canary: string) =>
			`<section ${marking}><h2 title="${canary}T" aria-label="${canary}L" data-x="${canary}D">${canary}H</h2>
			<input value="${canary}V" placeholder="${canary}P"><select><option>${canary}O</option></select>
			<a href="/?${canary}U">${canary}A</a><img alt="${canary}I" src="/assets/none.png?${canary}S">
			<svg><text>${canary}G</text></svg><template><p>${canary}M</p></template><!-- ${canary}C --></section>`;
		document.body.insertAdjacentHTML(
			"beforeend",
			html('class="alongside-ignore"', "ignoredCANARY") +
				html('data-alongside="mask"', "maskedCANARY") +
				html('class="rr-block"', "rrwebCANARY") +
				html("data-sentry-mask", "sentryCANARY"),
		);
		// A mark that comes after the element, in the same turn as a change of it.
		document.body.insertAdjacentHTML("beforeend", '<p id="later">before</p>');
	});
	await settled(visitor, agent);
	await visitor.page.evaluate(() => {
		const p = document.getElementById("later") as HTMLElement;
		p.textContent = "laterCANARY";
		p.classList.add("alongside-ignore");
	});
	await settled(visitor, agent);
	const never = [...Object.values(typed), "CANARY", "4242"];
	assert.deepEqual(findAny(visitor.frames, never), []);
	assert.deepEqual(findAny(agent.frames, never), []);
	assert.ok(ofKind(agent.frames, Kind.diff, false).length > 0, "diffs reached the agent");
	await visitor.context.close();
	await agent.context.close();
});

test("an unmasked field is seen, and withdrawing consent ends the stream within a second", async () => {
	const { visitor, agent } = await liveSession(world.browser, world.browser, world.demo, "/account");
	const field = visitor.page.locator(".alongside-unmask").first();
	await field.evaluate((element) => {
		const input = (
			element.matches("input,select,textarea") ? element : element.querySelector("input,select,textarea")
		) as HTMLInputElement;
		if (input.tagName === "SELECT") (input as unknown as HTMLSelectElement).selectedIndex = 1;
		else input.value = "plainCONTROL";
		input.dispatchEvent(new Event("input", { bubbles: true }));
		input.dispatchEvent(new Event("change", { bubbles: true }));
	});
	await settled(visitor, agent);
	await visitor.page.getByRole("button", { name: "Pause" }).click();
	await agent.page.getByText("Paused by the visitor").waitFor();
	const sent = visitor.frames.length;
	await visitor.page.evaluate(() => document.body.insertAdjacentHTML("beforeend", "<p>pausedCANARY</p>"));
	await visitor.page.waitForTimeout(1000);
	assert.deepEqual(findAny(visitor.frames.slice(sent), ["pausedCANARY"]), []);
	await visitor.page.getByRole("button", { name: "Resume" }).click();
	await mirrorShows(agent, "pausedCANARY");
	await visitor.page.getByRole("button", { name: "Stop sharing" }).click();
	await visitor.page.waitForTimeout(1000);
	const stopped = visitor.frames.length;
	await visitor.page.evaluate(() => document.body.insertAdjacentHTML("beforeend", "<p>stoppedCANARY</p>"));
	await visitor.page.waitForTimeout(1000);
	assert.equal(visitor.frames.slice(stopped).filter((f) => f.sent).length, 0);
	await until("the agent's end", () =>
		agent.page.getByRole("heading", { name: "The visitor stopped sharing" }).isVisible(),
	);
	await visitor.context.close();
	await agent.context.close();
});

test("nothing of the session is in the data folder or the log", async () => {
	const { visitor, agent } = await liveSession(world.browser, world.browser, world.demo, "/");
	await visitor.page.evaluate(() => document.body.insertAdjacentHTML("beforeend", "<p>liveCANARY</p>"));
	await mirrorShows(agent, "liveCANARY");
	await visitor.page.getByRole("button", { name: "Stop sharing" }).click();
	await endConversation(visitor);
	await agent.page.getByText("The session has ended").waitFor();
	assert.equal(findAny(agent.frames, ["liveCANARY"]).length, 1, "the control is found");
	assert.ok(!(await dataBytes(world.demo)).includes("liveCANARY"));
	assert.ok(!world.demo.log().includes("liveCANARY"));
	assert.ok(!/127\.0\.0\.1:\d+.*(room|ticket)/.test(world.demo.log()));
	await visitor.context.close();
	await agent.context.close();
});
