import { es as admin } from "../admin/es.ts";
import { es as core } from "../core/es.ts";
import { es as desk } from "../desk/es.ts";
import { es as frame } from "../frame/es.ts";
import { es as review } from "../review/es.ts";

export const texts = { ...core, ...frame, ...desk, ...admin, ...review };
