// The product page's form: quantity stepper, price for the chosen pot, basket.

import { addToBasket, formatPrice } from "./basket.js";

const form = document.querySelector("#buy");
const { size, quantity } = form.elements;
const status = form.querySelector(".status");

function pence() {
	const percent = Number(size.selectedOptions[0].dataset.percent);
	return Math.floor((Number(form.dataset.pence) * percent) / 100);
}

function showPrice() {
	document.querySelector("#price").textContent = formatPrice(pence());
}

for (const button of form.querySelectorAll("[data-step]")) {
	button.addEventListener("click", () => {
		if (button.dataset.step === "1") quantity.stepUp();
		else quantity.stepDown();
		quantity.dispatchEvent(new Event("change", { bubbles: true }));
	});
}

size.addEventListener("change", showPrice);
form.addEventListener("submit", (event) => {
	event.preventDefault();
	addToBasket({
		id: `${form.dataset.slug}-${size.value}`,
		name: form.dataset.name,
		detail: `${size.value} cm pot`,
		pence: pence(),
		quantity: quantity.valueAsNumber,
	});
	status.textContent = `Added ${quantity.value} to your basket.`;
});

showPrice(); // the browser may have restored another size
