// As tag managers do it: the snippet is parsed from text, only the address of the script is kept, and it is added late.
const snippet = document.createElement("template");
snippet.innerHTML = document.body.dataset.snippet;
const given = snippet.content.querySelector("script");
setTimeout(() => {
	const script = document.createElement("script");
	script.src = given.src;
	script.async = true;
	document.head.insertBefore(script, document.head.firstChild);
}, 100);
