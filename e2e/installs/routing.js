// A single page that changes its address and its content without loading.
const show = () => {
	const page = location.pathname.split("/").pop();
	document.title = `Routing: ${page}`;
	document.getElementById("count").textContent = `count is ${page === "two" ? 1 : 0}`;
};
document.getElementById("more").addEventListener("click", () => {
	history.pushState(null, "", "two");
	show();
});
addEventListener("popstate", show);
