import { expect, it } from "vitest";
import type { ChatEdit } from "../tools/chat-edit.ts";
import { foreseeEdits, withEdit, type PendingEdit } from "./foresee-edit.ts";
import type { InboxView } from "./row.ts";
import { row } from "./testing/rows.ts";

const a = row("a", { at: 2 });
const b = row("b", { at: 1, state: "Running" });
const rows = [a, b];
const of = (edit: ChatEdit, of = a): PendingEdit => ({ row: of, edit });
const after = (view: InboxView, ...edits: PendingEdit[]) =>
  foreseeEdits({ rows, end: null }, { view, filter: null }, edits).rows;
const ids = (view: InboxView, ...edits: PendingEdit[]) => after(view, ...edits).map(({ id }) => id);
const archive = (isArchived: boolean) => of({ type: "archive", isArchived });
const remove = (isDeleted: boolean) => of({ type: "delete", isDeleted });

it("shows a chat as it is wanted, and leaves the others alone", () => {
  const shown = after(
    "inbox",
    of({ type: "rename", title: "A" }),
    of({ type: "pin", isPinned: true }),
    of({ type: "unread" }),
  );
  expect(shown).toEqual([{ ...a, title: "A", isPinned: true, state: "Unread" }, b]);
  expect(shown[1]).toBe(b);
});

it("keeps what is more urgent than that something is unread", () => {
  expect(after("inbox", of({ type: "unread" }, b))).toEqual(rows);
});

it("takes a chat off the list that it leaves, and puts it where it was when that is undone", () => {
  expect(ids("inbox", archive(true))).toEqual(["b"]);
  expect(ids("inbox", archive(true), archive(false))).toEqual(["a", "b"]);
  expect(ids("inbox", remove(true))).toEqual(["b"]);
  expect(ids("inbox", remove(true), remove(false))).toEqual(["a", "b"]);
});

it("has a chat in the list that it goes to", () => {
  const listing = { view: "archived", filter: null } as const;
  expect(foreseeEdits({ rows: [], end: null }, listing, [archive(true)]).rows).toEqual([{ ...a, isArchived: true }]);
});

it("a wish that was taken back before it was made leaves nothing behind", () => {
  const edits = withEdit(withEdit([], archive(true)), archive(false));
  expect(edits).toEqual([archive(false)]);
  const other = of({ type: "archive", isArchived: true }, b);
  expect(withEdit(edits, other)).toEqual([archive(false), other]);
});
