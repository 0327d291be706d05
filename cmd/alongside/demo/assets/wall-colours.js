// Wall colours to try behind the plant, styled the way CSS-in-JS libraries do in
// production: an empty <style> whose rules exist only in its CSSOM.

const walls = [
	{ name: "Sage", colour: "#cfdac4" },
	{ name: "Chalk", colour: "#efece4" },
	{ name: "Clay", colour: "#dfb59b" },
	{ name: "Harbour", colour: "#a9c0cb" },
	{ name: "Plum", colour: "#6b4a5e" },
];

const style = document.createElement("style");
style.nonce = document.querySelector("script[nonce]").nonce;
document.head.append(style);

const classNames = new Map();

/** Returns a class with the given declarations, inserting its rule once. */
function classFor(declarations) {
	let name = classNames.get(declarations);
	if (!name) {
		name = `css-${classNames.size.toString(36)}`;
		const rules = style.sheet.cssRules.length;
		style.sheet.insertRule(`.${name} { ${declarations} }`, rules);
		classNames.set(declarations, name);
	}
	return name;
}

const picture = document.querySelector("#picture");
const fieldset = document.querySelector("#walls");
let currentClass = "";

function choose(wall) {
	if (currentClass) picture.classList.remove(currentClass);
	currentClass = classFor(`background-color: ${wall.colour}`);
	picture.classList.add(currentClass);
	document.querySelector("#wall-name").textContent = wall.name;
}

for (const wall of walls) {
	const label = document.createElement("label");
	label.title = wall.name;
	const radio = document.createElement("input");
	radio.type = "radio";
	radio.name = "wall";
	radio.value = wall.name;
	radio.checked = wall === walls[0];
	radio.addEventListener("change", () => choose(wall));
	const dot = document.createElement("span");
	dot.className = `swatch ${classFor(`background: ${wall.colour}`)}`;
	const name = document.createElement("span");
	name.className = "visually-hidden";
	name.textContent = wall.name;
	label.append(radio, dot, name);
	fieldset.append(label);
}
choose(walls[0]);
