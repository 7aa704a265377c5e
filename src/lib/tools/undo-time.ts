/** How long a deleted chat can be had back, in milliseconds. */
export const UNDO_MS = 30_000;
