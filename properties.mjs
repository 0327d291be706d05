/**
 * Which names of properties a build may shorten: those that our own classes and types declare and nobody else knows.
 *
 * A name that crosses the bundle's edge must stay as it is written. So these are left out, whatever the sources declare:
 * every member of every interface of the platform, as TypeScript's libraries list them (a method of ours called like one
 * stays long, too: nobody can tell them apart by name); every name in the files that say what others may rely on; every
 * word that stands in a string; and the keys of objects in which a key is quoted, because those are tables of words of
 * the page. A name that nothing of ours declares stays, too, whatever it is.
 */
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** What these files name, others rely on: embedders, the server, bundles of another build. */
const CONTRACTS = ["widget/src/capture.ts", "widget/src/policy.ts", "wire/wire.ts"];

/** What browsers have and the libraries do not list yet, as far as we declare it, too; a test in a browser finds those. */
const NEWER = ["opened", "forget", "token"];

const NAME = "[A-Za-z_$][\\w$]*";
const bare = (text) => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
const all = (text, pattern) => [...text.matchAll(pattern)].map(([whole, name]) => name ?? whole);

/** Members of interfaces, and what `window` has. */
async function platformNames() {
	const { platform, arch } = process;
	const folder = new URL(`./@typescript/typescript-${platform}-${arch}/lib/`, new URL("../", TYPESCRIPT));
	const files = (await readdir(folder)).filter((file) => /^lib\.(dom|es|decorators|scripthost|webworker)/.test(file));
	const texts = await Promise.all(files.map((file) => readFile(new URL(file, folder), "utf8")));
	const names = texts.flatMap((text) => all(bare(text), MEMBER));
	if (!names.includes("addEventListener")) throw new Error(`no library of the platform in ${fileURLToPath(folder)}`);
	return names;
}
const TYPESCRIPT = import.meta.resolve("typescript/package.json");
const MEMBER = new RegExp(
	`^\\s*(?:(?:readonly|get|set|declare|var|let|const|function) )*["']?(${NAME})["']?\\s*\\??[:(<;]`,
	"gm",
);

/** Names that the classes and the named types of a source declare; they are formatted: a tab, a name, what it is. */
function declared(source) {
	const bodies = all(source, /^(?:export )?(?:class|interface|type) [^\n]*\{\n([\s\S]*?)^\}/gm);
	const lines = all(source, /^(?:export )?type \w+ = \{ ([^\n]*) \};$/gm);
	const inLines = lines.flatMap((line) => all(line, new RegExp(`(?<=^|; )(?:readonly )?(${NAME})(?=\\??:)`, "g")));
	const member = new RegExp(`^\\t(?:(?:readonly|async|get|set) |\\*)*(${NAME})\\??(?=[:(<;]| =)`, "gm");
	return [...bodies.flatMap((body) => all(body, member)), ...inLines];
}

/** The options for esbuild that shorten what is ours alone in the bundle of an entry point, a path from here. */
export async function shortened(entryPoint) {
	const absWorkingDir = fileURLToPath(new URL(".", import.meta.url));
	const entry = { entryPoints: [entryPoint], absWorkingDir };
	const { metafile } = await build({ ...entry, bundle: true, write: false, metafile: true });
	const read = async (path) => bare(await readFile(new URL(path, import.meta.url), "utf8"));
	const sources = await Promise.all(Object.keys(metafile.inputs).map(read));
	const promised = (await Promise.all(CONTRACTS.map(read))).flatMap((text) => all(text, new RegExp(NAME, "g")));
	const words = sources.flatMap((source) => [
		...all(source, new RegExp(`["'\`](${NAME})["'\`]`, "g")),
		...all(source, /\{[^{}]*["'][^"'{}\n]*["']: [^{}]*\}/g).flatMap((table) => all(table, new RegExp(NAME, "g"))),
	]);
	const kept = new Set([...(await platformNames()), ...NEWER, ...promised, ...words, "constructor"]);
	const names = new Set(sources.flatMap(declared).filter((name) => !kept.has(name)));
	return { mangleProps: new RegExp(`^(${[...names].join("|")})$`) };
}
