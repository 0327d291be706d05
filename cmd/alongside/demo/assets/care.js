// The plant care guide: four views in one page, with addresses of their own.

const container = document.querySelector("#view");
const templates = new Map(
	[...document.querySelectorAll("template[data-view]")].map((template) => [template.dataset.view, template]),
);

/** What a view needs once it is in the page. */
const setUp = {
	"/care/watering": setUpWatering,
	"/care/repotting": setUpRepotting,
};

function show(path) {
	const template = templates.get(path);
	if (!template) return;
	container.replaceChildren(template.content.cloneNode(true));
	document.title = `${template.dataset.title} · Fernhill Plants`;
	for (const link of document.querySelectorAll(".tabs a")) {
		if (link.pathname === path) link.setAttribute("aria-current", "page");
		else link.removeAttribute("aria-current");
	}
	setUp[path]?.();
}

function setUpWatering() {
	const pot = document.querySelector("#pot-size");
	const room = document.querySelector("#room-heat");
	const update = () => {
		const cm = pot.valueAsNumber;
		const degrees = room.valueAsNumber;
		const millilitres = Math.round((cm ** 3 * 0.09) / 10) * 10;
		const days = Math.max(3, Math.round(19 - degrees / 2 + cm / 8));
		document.querySelector("#pot-size-shown").textContent = `${cm} cm`;
		document.querySelector("#room-heat-shown").textContent = `${degrees} °C`;
		document.querySelector(".advice").textContent = `About ${millilitres} ml every ${days} days.`;
	};
	pot.addEventListener("input", update);
	room.addEventListener("input", update);
	update();
}

function setUpRepotting() {
	const boxes = [...document.querySelectorAll(".steps input")];
	document.querySelector(".steps").addEventListener("change", () => {
		const done = boxes.filter((box) => box.checked).length;
		document.querySelector(".progress-line progress").value = done;
		document.querySelector(".progress-line span").textContent = `${done} of ${boxes.length}`;
	});
}

document.querySelector(".care").addEventListener("click", (event) => {
	const link = event.target.closest("a");
	const newTab = event.ctrlKey || event.metaKey || event.shiftKey;
	if (!link || newTab || !templates.has(link.pathname)) return;
	event.preventDefault();
	if (link.pathname !== location.pathname) {
		history.pushState(null, "", link.pathname);
		window.scrollTo(0, 0);
	}
	show(link.pathname);
});

window.addEventListener("popstate", () => show(location.pathname));
show(location.pathname);
