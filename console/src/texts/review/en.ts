/** History, board and reports. */
export const en = {} as const;
