import type { InboxPage, InboxRow } from "$lib/inbox/row.ts";

const MINUTE = 60_000;
const now = Date.UTC(2026, 10, 28, 12);

const row = (id: string, title: string, minutes: number, more: Partial<InboxRow> = {}): InboxRow => ({
  ...{ id, title, preview: "What was said last", state: null, needs: null },
  ...{ isPinned: false, isArchived: false, at: now - minutes * MINUTE },
  ...more,
});

/** A row of the inbox in each state. */
export const ROWS: InboxPage = {
  rows: [
    row("approval", "Tidying up", 1, {
      state: "Needs you",
      needs: { toolCallId: "a", kind: "approval", title: "Tidy inbox", detail: "Rename “Kyoto” to “Kyoto in spring”" },
    }),
    row("question", "Wool", 2, {
      state: "Needs you",
      needs: { toolCallId: "q", kind: "question", title: "Wool or cotton?", options: ["Wool", "Cotton"] },
    }),
    row("long-question", "Cotton", 3, {
      state: "Needs you",
      needs: { toolCallId: "l", kind: "question", title: "What is it to be, and why not something else?" },
    }),
    row("pinned", "Kept on top", 300, { isPinned: true }),
    row("running", "An answer under way", 4, { state: "Running" }),
    row("unread", "Something new", 5, { state: "Unread" }),
    row("failed", "What went wrong", 6, { state: "Failed", preview: "The provider refused the key." }),
    row("closed", "Closed elsewhere", 7, { state: "Closed" }),
    row("idle", "Kyoto", 8),
    row("long", "A title that goes on and on, far beyond the end of its line", 1600, { preview: "Words ".repeat(30) }),
    row("rtl", "عنوان من اليمين إلى اليسار", 4000, { preview: "كلمات" }),
  ],
  counts: { "Needs you": 3, Running: 1, Unread: 100 },
  now,
  end: null,
};
