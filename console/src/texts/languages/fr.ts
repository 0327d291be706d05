import { fr as admin } from "../admin/fr.ts";
import { fr as core } from "../core/fr.ts";
import { fr as desk } from "../desk/fr.ts";
import { fr as frame } from "../frame/fr.ts";
import { fr as review } from "../review/fr.ts";

export const texts = { ...core, ...frame, ...desk, ...admin, ...review };
