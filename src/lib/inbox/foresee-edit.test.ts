import { expect, it } from "vitest";
import { foreseeEdits, withEdit, type PendingEdit } from "./foresee-edit.ts";
import type { InboxRow, InboxView } from "./row.ts";

const row = (id: string, more: Partial<InboxRow> = {}): InboxRow => ({
  ...{ id, title: id, preview: "", state: null, isPinned: false, at: 0, ...more },
});
const rows = [row("a"), row("b", { state: "Running" })];
const after = (view: InboxView, ...edits: PendingEdit[]) => foreseeEdits(rows, edits, view);
const archive = (isArchived: boolean): PendingEdit => ({ chatId: "a", edit: { type: "archive", isArchived } });

it("shows a chat as it is wanted, and leaves the others alone", () => {
  const shown = after(
    "inbox",
    { chatId: "a", edit: { type: "rename", title: "A" } },
    { chatId: "a", edit: { type: "pin", isPinned: true } },
    { chatId: "a", edit: { type: "unread" } },
  );
  expect(shown).toEqual([row("a", { title: "A", isPinned: true, state: "Unread" }), rows[1]]);
  expect(shown[1]).toBe(rows[1]);
});

it("keeps what is more urgent than that something is unread", () => {
  expect(after("inbox", { chatId: "b", edit: { type: "unread" } })).toEqual(rows);
});

it("takes a chat off the list that it leaves", () => {
  expect(after("inbox", archive(true)).map(({ id }) => id)).toEqual(["b"]);
  expect(after("inbox", archive(false))).toEqual(rows);
  expect(after("archived", archive(false)).map(({ id }) => id)).toEqual(["b"]);
  expect(after("archived", archive(true))).toEqual(rows);
});

it("a wish that was taken back before it was made leaves nothing behind", () => {
  const edits = withEdit(withEdit([], archive(true)), archive(false));
  expect(edits).toEqual([archive(false)]);
  const other: PendingEdit = { chatId: "b", edit: { type: "archive", isArchived: true } };
  expect(withEdit(edits, other)).toEqual([archive(false), other]);
});
