import type { Locator } from "playwright-core";

/** Waits until the field has the focus: it gets it after what is wrong has been painted. */
export const hasFocus = (field: Locator): Promise<void> => field.and(field.page().locator(":focus")).waitFor();
