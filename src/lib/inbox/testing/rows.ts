import type { InboxPage, InboxRow, InboxRows } from "../row.ts";

/** A row of a chat that is idle and seen, titled as its id. */
export const row = (id: string, more: Partial<InboxRow> = {}): InboxRow => ({
  ...{ id, title: id, preview: "", state: null, needs: null, isPinned: false, isArchived: false, at: 0 },
  ...more,
});

export const rowsAt = (now: number, ...rows: InboxRow[]): InboxRows => ({
  rows,
  counts: { "Needs you": 0, Running: 0, Unread: 0 },
  now,
});

/** The whole of a list. */
export const pageAt = (now: number, ...rows: InboxRow[]): InboxPage => ({ ...rowsAt(now, ...rows), end: null });
