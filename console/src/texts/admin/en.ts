/** Setting up and administering. */
export const en = {} as const;
