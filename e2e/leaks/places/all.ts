/** Every place where data can sit. */
import type { Place } from "../place.ts";
import { addresses } from "./addresses.ts";
import { attributes } from "./attributes.ts";
import { documents } from "./document.ts";
import { excluded, fields } from "./fields.ts";
import { markings } from "./markings.ts";
import { roots } from "./roots.ts";
import { styles } from "./styles.ts";
import { text } from "./text.ts";

export const places: readonly Place[] = [
	...attributes,
	...text,
	...fields,
	...excluded,
	...styles,
	...addresses,
	...roots,
	...markings,
	...documents,
];
