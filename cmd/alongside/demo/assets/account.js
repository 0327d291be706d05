// "Show" next to the password.

const password = document.querySelector("#password");
const toggle = document.querySelector("#show-password");

toggle.addEventListener("click", () => {
	const show = password.type === "password";
	password.type = show ? "text" : "password";
	toggle.textContent = show ? "Hide" : "Show";
	toggle.setAttribute("aria-pressed", String(show));
});
