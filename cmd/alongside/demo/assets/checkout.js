// Checks the order form in the browser, one sentence for each mistake.

const form = document.querySelector("#checkout");
const summary = form.querySelector(".error-summary");
const digits = (text) => text.replace(/\D/g, "");

/** The Luhn check of ISO/IEC 7812-1, annex B. */
function validCardNumber(text) {
	const number = digits(text);
	let sum = 0;
	[...number].reverse().forEach((digit, i) => {
		const doubled = Number(digit) * (i % 2 ? 2 : 1);
		sum += doubled > 9 ? doubled - 9 : doubled;
	});
	return number.length >= 12 && number.length <= 19 && sum % 10 === 0;
}

function inFuture(text) {
	const match = /^(0[1-9]|1[0-2])\s*\/\s*(\d\d)$/.exec(text);
	if (!match) return false;
	// The first day of the month after the one on the card.
	return new Date(2000 + Number(match[2]), Number(match[1])) > new Date();
}

const rules = {
	name: [(v) => v.length > 1, "Enter the name for the parcel."],
	address: [(v) => v.length > 4, "Enter street and number."],
	postcode: [(v) => v.length > 2, "Enter a postcode."],
	town: [(v) => v.length > 1, "Enter a town."],
	card: [validCardNumber, "This is not a card number. Try 4242 4242 4242 4242."],
	expiry: [inFuture, "Enter a month to come, as MM/YY."],
	cvv: [(v) => /^\d{3,4}$/.test(v), "Enter the three or four digits."],
};

function check(field) {
	const [passes, message] = rules[field.name];
	const valid = passes(field.value.trim());
	field.setAttribute("aria-invalid", String(!valid));
	document.querySelector(`#${field.name}-error`).textContent = valid ? "" : message;
	return valid;
}

const checked = Object.keys(rules).map((name) => form.elements[name]);
for (const field of checked) {
	field.addEventListener("blur", () => field.value && check(field));
}

form.elements.card.addEventListener("input", (event) => {
	const field = event.target;
	if (field.selectionEnd !== field.value.length) return; // editing within
	field.value = digits(field.value)
		.slice(0, 19)
		.replace(/(\d{4})(?=\d)/g, "$1 ");
});

form.elements.coupon.addEventListener("change", (event) => {
	const code = event.target.value.trim().toUpperCase();
	document.querySelector("#coupon-status").textContent =
		code === "" ? "" : code === "FERN10" ? "10 % off. Enjoy." : "We do not know this coupon.";
});

form.addEventListener("submit", (event) => {
	const wrong = checked.filter((field) => !check(field));
	summary.hidden = wrong.length === 0;
	if (wrong.length === 0) return;
	event.preventDefault();
	summary.textContent =
		wrong.length === 1 ? "One field needs another look." : `${wrong.length} fields need another look.`;
	wrong[0].focus();
});
