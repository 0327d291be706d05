// What a page without any library does.
let count = 0;
document.getElementById("more").addEventListener("click", () => {
	count++;
	document.getElementById("count").textContent = `count is ${count}`;
});
