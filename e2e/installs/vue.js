// A Vue app that replaces the whole content of its body.
import { createApp, h, ref } from "vue";

createApp({
	setup() {
		const count = ref(0);
		return () =>
			h("main", [
				h("h1", "Vue shop"),
				h("button", { id: "more", onClick: () => count.value++ }, "More"),
				h("p", { id: "count" }, `count is ${count.value}`),
			]);
	},
}).mount(document.body);
