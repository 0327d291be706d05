// Quick view: one dialog, filled from the card that asked for it.

import { addToBasket, formatPrice } from "./basket.js";

const dialog = document.querySelector("#quick-view");
let shown;

function open(card) {
	shown = card.dataset;
	dialog.querySelector("img").src = `/assets/plants/${shown.shape}.svg`;
	dialog.querySelector("h2").textContent = shown.name;
	dialog.querySelector(".latin").textContent = card.querySelector(".latin").textContent;
	dialog.querySelector(".note").textContent = card.querySelector(".card-note").textContent;
	dialog.querySelector(".amount").textContent = formatPrice(Number(shown.pence));
	dialog.querySelector(".details").href = `/product/${shown.slug}`;
	dialog.showModal();
}

for (const button of document.querySelectorAll(".quick-view")) {
	button.addEventListener("click", () => open(button.closest(".card")));
}

dialog.querySelector(".add").addEventListener("click", () => {
	addToBasket({
		id: `${shown.slug}-9`,
		name: shown.name,
		detail: "9 cm pot",
		pence: Number(shown.pence),
		quantity: 1,
	});
	dialog.close();
});

dialog.addEventListener("click", (event) => {
	if (event.target === dialog) dialog.close(); // the backdrop
});
