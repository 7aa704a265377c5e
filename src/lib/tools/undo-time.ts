/** How long a deleted chat can be taken back, in milliseconds. */
export const UNDO_MS = 30_000;
