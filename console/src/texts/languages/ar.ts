import { ar as admin } from "../admin/ar.ts";
import { ar as core } from "../core/ar.ts";
import { ar as desk } from "../desk/ar.ts";
import { ar as frame } from "../frame/ar.ts";
import { ar as review } from "../review/ar.ts";

export const texts = { ...core, ...frame, ...desk, ...admin, ...review };
