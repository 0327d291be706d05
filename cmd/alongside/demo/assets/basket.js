// The basket lives in this tab's session storage and nowhere else.

const storageKey = "fernhill-basket";
const changed = new EventTarget();

export function basketLines() {
	try {
		return JSON.parse(sessionStorage.getItem(storageKey)) ?? [];
	} catch {
		return []; // storage is blocked, or holds what we did not write
	}
}

export function addToBasket(line) {
	const lines = basketLines();
	const same = lines.find((other) => other.id === line.id);
	if (same) {
		same.quantity += line.quantity;
	} else {
		lines.push(line);
	}
	save(lines);
}

export function removeFromBasket(id) {
	save(basketLines().filter((line) => line.id !== id));
}

export function emptyBasket() {
	save([]);
}

export function onBasketChange(listener) {
	changed.addEventListener("change", listener);
}

export function formatPrice(pence) {
	return `£${(pence / 100).toFixed(2)}`;
}

function save(lines) {
	try {
		sessionStorage.setItem(storageKey, JSON.stringify(lines));
	} catch {
		// A browser that blocks storage shows an empty basket.
	}
	changed.dispatchEvent(new Event("change"));
}
