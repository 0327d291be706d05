// <plant-rating value="4.6" reviews="128">: stars that can be clicked. Its open
// shadow root comes with the page, holding one <style>; the rest of its style is
// a constructed sheet shared by all instances.

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
	.stars { display: inline-flex; }
	button {
		all: unset;
		cursor: pointer;
		font-size: 1.5rem;
		line-height: 1;
		padding: 0.15rem;
		color: var(--star-empty, #bbb);
	}
	button.full { color: var(--star-full, #b7791f); }
	button:focus-visible { outline: 2px solid currentcolor; border-radius: 4px; }
`);

class PlantRating extends HTMLElement {
	connectedCallback() {
		const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
		root.adoptedStyleSheets = [sheet];
		const stars = root.querySelector(".stars");
		if (!stars) return; // a browser without declarative shadow roots
		stars.replaceChildren(...[1, 2, 3, 4, 5].map((n) => this.#star(n)));
		this.#fill(Math.round(Number(this.getAttribute("value"))));
	}

	#star(n) {
		const button = document.createElement("button");
		button.type = "button";
		button.textContent = "★";
		button.setAttribute("aria-label", `${n} of 5 stars`);
		button.addEventListener("click", () => {
			this.#fill(n);
			this.shadowRoot.querySelector(".summary").textContent = `Thank you. You gave ${n} of 5.`;
		});
		return button;
	}

	#fill(stars) {
		this.shadowRoot.querySelectorAll("button").forEach((button, i) => {
			button.classList.toggle("full", i < stars);
		});
	}
}

customElements.define("plant-rating", PlantRating);
