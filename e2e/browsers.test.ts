/** The core flow in the other engines: Firefox ESR on both sides, WebKitGTK on both sides. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mirroredDocument, until } from "./support/browser.ts";
import { type Demo, startDemo } from "./support/demo.ts";
import { firefox, webkit } from "./support/drivers.ts";
import { clickOn, find, shown } from "./support/steps.ts";

let demo: Demo;
before(async () => {
	demo = await startDemo();
});
after(() => demo?.stop());

const mirror = `const doc = (${mirroredDocument})();`;

for (const make of [firefox, webkit]) {
	test(`the core flow in ${make.name}`, async () => {
		const [visitor, agent] = await Promise.all([make(), make()]);
		try {
			await visitor.open(`${demo.shop}/account`);
			await agent.open(demo.console);
			await shown(agent, 'input[type="email"]');
			await clickOn(agent, 'input[type="email"]');
			await agent.type(demo.agent.email);
			await clickOn(agent, 'input[type="password"]');
			await agent.type(demo.agent.password);
			await clickOn(agent, "button", "Sign in");
			await clickOn(visitor, "button", "Help");
			await shown(visitor, "button", "Start chat");
			await clickOn(visitor, "button", "Start chat");
			await shown(visitor, ".panel .code");
			const code = await visitor.run<string>(`${find(".panel .code")} return found.textContent`);
			await clickOn(agent, "input.code-field");
			await agent.type(code.replace(/\D/g, ""));
			await shown(visitor, "button", "Allow");
			await new Promise((resolve) => setTimeout(resolve, 600));
			await clickOn(visitor, "button", "Allow");
			const heading = await visitor.run<string>("return document.querySelector('h1').innerText");
			await until(
				`the page in ${agent.name}`,
				() => agent.run<boolean>(`${mirror} return doc.body.innerText.includes(${JSON.stringify(heading)})`),
				20_000,
			);
			await visitor.run("const p = document.createElement('p'); p.textContent = 'a change'; document.body.append(p);");
			await until("a change", () => agent.run<boolean>(`${mirror} return doc.body.innerText.includes("a change")`));
			// Masked typing; the password's field is an empty box.
			await clickOn(visitor, 'input[type="email"]');
			await visitor.type("typed@example.org");
			await until("masked typing", () =>
				agent.run<boolean>(
					`${mirror} const f = doc.querySelector('input[type="email"]'); return f.value !== "" && !f.value.includes("typed")`,
				),
			);
			assert.equal(await agent.run(`${mirror} return doc.querySelector('input[type="password"]') === null`), true);
			// The agent's cursor.
			await clickOn(agent, '[role="application"]');
			await shown(visitor, ".cursors .cursor");
			// The next page, then the end.
			await visitor.open(`${demo.shop}/products`);
			await until(
				"the next page",
				() => agent.run<boolean>(`${mirror} return doc.querySelectorAll("tr").length > 100`),
				20_000,
			);
			await clickOn(visitor, "button", "Stop sharing");
			await until("the end of sharing", () =>
				agent.run<boolean>("return document.body.innerText.includes('The visitor stopped sharing')"),
			);
			// The talk goes on.
			await shown(visitor, "textarea");
			await clickOn(visitor, "textarea");
			await visitor.type("hello from here");
			await clickOn(visitor, "form button.main");
			await until("the message", () =>
				agent.run<boolean>("return document.body.innerText.includes('hello from here')"),
			);
		} finally {
			await Promise.allSettled([visitor.close(), agent.close()]);
		}
	});
}
