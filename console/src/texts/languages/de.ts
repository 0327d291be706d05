import { de as admin } from "../admin/de.ts";
import { de as core } from "../core/de.ts";
import { de as desk } from "../desk/de.ts";
import { de as frame } from "../frame/de.ts";
import { de as review } from "../review/de.ts";

export const texts = { ...core, ...frame, ...desk, ...admin, ...review };
