// A React app that brings the widget in itself and draws its own tree anew all the time.
import { createElement as h, StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

function Shop() {
	const [count, setCount] = useState(0);
	useEffect(() => {
		const script = document.createElement("script");
		script.src = document.body.dataset.widget;
		script.async = true;
		document.head.append(script);
		return () => script.remove();
	}, []);
	return h(
		"main",
		null,
		h("h1", null, "React shop"),
		h("button", { type: "button", id: "more", onClick: () => setCount(count + 1) }, "More"),
		h("p", { id: "count", key: count }, `count is ${count}`),
		h("input", { id: "name", value: "typed", onChange: () => {} }),
	);
}

createRoot(document.getElementById("app")).render(h(StrictMode, null, h(Shop)));
