// The list of all plants: built once from the JSON in the page, then sorted by
// moving its rows and filtered by hiding them.

import { addToBasket, formatPrice } from "./basket.js";

const items = JSON.parse(document.querySelector("#stock-list").textContent);
const body = document.querySelector("tbody");
const filters = document.querySelector(".filters");
const count = document.querySelector(".result-count");
const highestPrice = Number(filters.elements["max-price"].max);

function cell(content, className = "") {
	const td = document.createElement("td");
	td.className = className;
	td.append(content);
	return td;
}

function plantName(item) {
	const link = document.createElement("a");
	link.href = `/product/${item.slug}`;
	link.textContent = item.name;
	const latin = document.createElement("span");
	latin.className = "latin";
	latin.lang = "la";
	latin.textContent = item.latin;
	const both = document.createDocumentFragment();
	both.append(link, latin);
	return both;
}

function addButton(item) {
	const button = document.createElement("button");
	button.type = "button";
	button.className = "secondary small";
	button.textContent = "Add";
	button.disabled = item.stock === 0;
	button.setAttribute("aria-label", `Add ${item.name}, ${item.potCm} cm`);
	button.addEventListener("click", () =>
		addToBasket({
			id: item.code,
			name: item.name,
			detail: `${item.potCm} cm, ${item.finish.toLowerCase()}`,
			pence: item.pence,
			quantity: 1,
		}),
	);
	return button;
}

function buildRow(item) {
	const row = document.createElement("tr");
	row.dataset.code = item.code;
	row.append(
		cell(item.code, "code"),
		cell(plantName(item)),
		cell(`${item.potCm} cm`, "number"),
		cell(item.finish),
		cell(item.light),
		cell(item.stock === 0 ? "Sold out" : String(item.stock), "number"),
		cell(formatPrice(item.pence), "number"),
		cell(addButton(item)),
	);
	return row;
}

const rows = new Map(items.map((item) => [item, buildRow(item)]));

function sortBy(key, descending) {
	const sign = descending ? -1 : 1;
	items.sort((a, b) => {
		const order = typeof a[key] === "number" ? a[key] - b[key] : a[key].localeCompare(b[key], "en");
		return sign * order || a.code.localeCompare(b.code);
	});
	body.append(...items.map((item) => rows.get(item)));
}

function matches(item) {
	const wanted = filters.elements;
	const text = `${item.code} ${item.name} ${item.latin}`.toLowerCase();
	const limit = Number(wanted["max-price"].value);
	return (
		text.includes(wanted.search.value.trim().toLowerCase()) &&
		(wanted.light.value === "" || item.light === wanted.light.value) &&
		(limit === highestPrice || item.pence <= limit * 100) &&
		(!wanted.pets.checked || item.petSafe) &&
		(!wanted["in-stock"].checked || item.stock > 0)
	);
}

function applyFilters() {
	let shown = 0;
	for (const [item, row] of rows) {
		row.hidden = !matches(item);
		if (!row.hidden) shown++;
	}
	const limit = Number(filters.elements["max-price"].value);
	filters.querySelector("#max-price-shown").textContent = limit === highestPrice ? "any price" : `£${limit}`;
	count.textContent = `${shown} of ${items.length} shown`;
}

function readFiltersFromAddress() {
	const query = new URLSearchParams(location.search);
	filters.elements.light.value = query.get("light") ?? "";
	filters.elements.pets.checked = query.get("pets") === "safe";
	filters.elements.search.value = query.get("search") ?? "";
}

for (const button of document.querySelectorAll("[data-sort]")) {
	button.addEventListener("click", () => {
		const header = button.closest("th");
		const descending = header.getAttribute("aria-sort") === "ascending";
		for (const other of document.querySelectorAll("[aria-sort]")) {
			other.removeAttribute("aria-sort");
		}
		header.setAttribute("aria-sort", descending ? "descending" : "ascending");
		sortBy(button.dataset.sort, descending);
	});
}

filters.addEventListener("input", applyFilters);
filters.addEventListener("submit", (event) => event.preventDefault());
// The reset event comes before the fields are reset.
filters.addEventListener("reset", () => setTimeout(applyFilters));

readFiltersFromAddress();
sortBy("name", false);
applyFilters();
