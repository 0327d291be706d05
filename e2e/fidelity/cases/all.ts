/** The hard cases, in the order of docs/fidelity.md. */
import type { Trial } from "../hand.ts";
import { components } from "./components.ts";
import { fields } from "./fields.ts";
import { pictures } from "./pictures.ts";
import { sheets } from "./sheets.ts";
import { trees } from "./trees.ts";

export const cases: readonly Trial[] = [...sheets, ...components, ...fields, ...pictures, ...trees];
