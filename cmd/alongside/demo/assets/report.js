// A bar chart on a canvas. It grows when shown and again when the year changes.

const years = {
	2025: [310, 420, 690, 980, 1120, 870, 640, 590, 760, 700, 520, 610],
	2026: [380, 510, 840, 1150, 1390, 1010, 720, 680, 910, 860, 640, 700],
};
const months = [..."JFMAMJJASOND"];
const growthMS = 600;
const top = 1500;

const canvas = document.querySelector("#sent");
const button = document.querySelector("#redraw");
const context = canvas.getContext("2d");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");
let year = 2026;
let frame = 0;

function draw(grown) {
	const style = getComputedStyle(canvas);
	const { width, height } = canvas;
	const [left, bottom, head] = [56, height - 34, 40];
	const y = (value) => bottom - (value / top) * (bottom - head);
	context.clearRect(0, 0, width, height);
	context.font = "16px system-ui, sans-serif";
	context.fillStyle = style.getPropertyValue("--muted");
	context.strokeStyle = style.getPropertyValue("--line");
	context.textAlign = "right";
	for (let value = 0; value <= top; value += 500) {
		context.fillText(String(value), left - 10, y(value) + 5);
		context.beginPath();
		context.moveTo(left, y(value));
		context.lineTo(width, y(value));
		context.stroke();
	}
	const step = (width - left) / months.length;
	context.textAlign = "center";
	years[year].forEach((value, month) => {
		const middle = left + step * (month + 0.5);
		context.fillStyle = style.getPropertyValue("--muted");
		context.fillText(months[month], middle, height - 10);
		context.fillStyle = style.getPropertyValue("--accent");
		const barTop = y(value * grown);
		context.fillRect(middle - step * 0.32, barTop, step * 0.64, bottom - barTop);
	});
	context.textAlign = "left";
	context.font = "600 20px system-ui, sans-serif";
	context.fillStyle = style.getPropertyValue("--ink");
	context.fillText(String(year), left, 22);
}

function grow() {
	cancelAnimationFrame(frame);
	if (still.matches) {
		draw(1);
		return;
	}
	const start = performance.now();
	const tick = (now) => {
		const t = Math.min(1, Math.max(0, now - start) / growthMS);
		draw(1 - (1 - t) ** 3);
		if (t < 1) frame = requestAnimationFrame(tick);
	};
	frame = requestAnimationFrame(tick);
}

function switchYear() {
	button.querySelector("span").textContent = String(year);
	year = year === 2026 ? 2025 : 2026;
	grow();
}

canvas.addEventListener("click", switchYear);
button.addEventListener("click", switchYear);
dark.addEventListener("change", () => draw(1));
grow();
