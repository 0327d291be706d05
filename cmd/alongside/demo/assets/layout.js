// What every page has: the menus of the header and the basket.

import { basketLines, formatPrice, onBasketChange, removeFromBasket } from "./basket.js";

function setUpNavigation() {
	const toggle = document.querySelector(".nav-toggle");
	const nav = document.querySelector(".site-nav");
	toggle.addEventListener("click", () => {
		const open = nav.classList.toggle("open");
		toggle.setAttribute("aria-expanded", String(open));
	});
}

function setUpDropdown(dropdown) {
	const button = dropdown.querySelector("button");
	const menu = dropdown.querySelector(".menu");
	const show = (open) => {
		menu.hidden = !open;
		button.setAttribute("aria-expanded", String(open));
	};
	button.addEventListener("click", () => show(menu.hidden));
	dropdown.addEventListener("keydown", (event) => {
		if (event.key === "Escape" && !menu.hidden) {
			show(false);
			button.focus();
		}
	});
	document.addEventListener("pointerdown", (event) => {
		if (!dropdown.contains(event.target)) show(false);
	});
	dropdown.addEventListener("focusout", (event) => {
		if (event.relatedTarget && !dropdown.contains(event.relatedTarget)) {
			show(false);
		}
	});
}

function basketRow(line) {
	const row = document.createElement("li");
	const text = document.createElement("span");
	text.textContent = `${line.quantity} × ${line.name}`;
	const detail = document.createElement("span");
	detail.className = "hint";
	detail.textContent = line.detail;
	text.append(detail);
	const amount = document.createElement("span");
	amount.textContent = formatPrice(line.pence * line.quantity);
	const remove = document.createElement("button");
	remove.type = "button";
	remove.className = "quiet";
	remove.textContent = "×";
	remove.setAttribute("aria-label", `Remove ${line.name}`);
	remove.addEventListener("click", () => removeFromBasket(line.id));
	row.append(text, amount, remove);
	return row;
}

function showBasket() {
	const lines = basketLines();
	const count = lines.reduce((sum, line) => sum + line.quantity, 0);
	const total = lines.reduce((sum, line) => sum + line.pence * line.quantity, 0);
	document.querySelector(".basket-count").textContent = String(count);
	for (const list of document.querySelectorAll(".basket-lines")) {
		list.replaceChildren(...lines.map(basketRow));
	}
	for (const note of document.querySelectorAll(".basket-empty")) {
		note.hidden = count > 0;
	}
	for (const sum of document.querySelectorAll(".basket-total")) {
		sum.hidden = count === 0;
		sum.querySelector("strong").textContent = formatPrice(total);
	}
}

setUpNavigation();
document.querySelectorAll(".dropdown").forEach(setUpDropdown);
onBasketChange(showBasket);
window.addEventListener("pageshow", showBasket); // also when restored by Back
showBasket();
