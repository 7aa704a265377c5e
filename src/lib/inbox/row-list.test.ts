import { expect, it } from "vitest";
import { compareRows, firstPage, withNext, withRows } from "./row-list.ts";
import type { Listing } from "./row.ts";
import { pageAt, row } from "./testing/rows.ts";

const INBOX: Listing = { view: "inbox", filter: null };
const page = (end: { at: number; id: string } | null, ...ats: number[]) => ({
  ...pageAt(1, ...ats.map((at) => row(`${at}`, { at }))),
  end,
});
const ids = ({ rows }: { rows: { id: string }[] }) => rows.map(({ id }) => id);

it("orders rows as the database does: newest first, then by id, the last one first", () => {
  const rows = [row("b", { at: 1 }), row("a", { at: 2 }), row("c", { at: 1 })];
  expect(rows.sort(compareRows).map(({ id }) => id)).toEqual(["a", "c", "b"]);
});

it("has pinned rows where their date puts them, and once", () => {
  const list = firstPage({
    ...page({ at: 8, id: "8" }, 9, 8),
    rows: [row("2", { at: 2, isPinned: true }), row("9", { at: 9 })],
  });
  expect(ids(list)).toEqual(["9", "2"]);
  expect(ids(withNext(list, page(null, 7, 2, 1)))).toEqual(["9", "7", "2", "1"]);
});

it("takes what changed to its new place, from wherever it was", () => {
  const list = firstPage(page(null, 9, 8, 7));
  expect(ids(withRows(list, INBOX, ["7"], [row("7", { at: 10 })]))).toEqual(["7", "9", "8"]);
  expect(ids(withRows(list, INBOX, ["new"], [row("new", { at: 8.5 })]))).toEqual(["9", "new", "8", "7"]);
});

it("takes off what is gone, archived, or not in the state any more", () => {
  const list = firstPage(page(null, 9, 8, 7));
  expect(ids(withRows(list, INBOX, ["8"], []))).toEqual(["9", "7"]);
  expect(ids(withRows(list, INBOX, ["8"], [row("8", { at: 8, isArchived: true })]))).toEqual(["9", "7"]);
  const unread: Listing = { view: "inbox", filter: "Unread" };
  expect(ids(withRows(list, unread, ["9", "8"], [row("9", { at: 9, state: "Unread" }), row("8", { at: 8 })]))).toEqual([
    "9",
    "7",
  ]);
});

it("leaves what lies beyond its end to be read, unless it is pinned", () => {
  const list = firstPage(page({ at: 7, id: "7" }, 9, 8, 7));
  expect(ids(withRows(list, INBOX, ["3"], [row("3", { at: 3 })]))).toEqual(["9", "8", "7"]);
  expect(ids(withRows(list, INBOX, ["3"], [row("3", { at: 3, isPinned: true })]))).toEqual(["9", "8", "7", "3"]);
});
