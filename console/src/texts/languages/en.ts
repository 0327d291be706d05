import { en as admin } from "../admin/en.ts";
import { en as core } from "../core/en.ts";
import { en as desk } from "../desk/en.ts";
import { en as frame } from "../frame/en.ts";
import { en as review } from "../review/en.ts";

export const texts = { ...core, ...frame, ...desk, ...admin, ...review };
