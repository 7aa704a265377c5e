import { expect, test } from "vitest";
import { dayIn } from "./calendar.ts";
import { groupByDate, groupRows } from "./groups.ts";
import { row as rowOf } from "./testing/rows.ts";

const row = (at: string) => rowOf(at, { at: Date.parse(at) });
const now = Date.parse("2026-11-21T00:30:00Z");

test("cuts the days where the person's clock does", () => {
  const rows = [row("2026-11-21T00:10:00Z"), row("2026-11-20T23:00:00Z"), row("2026-11-20T01:00:00Z")];
  expect(groupByDate(rows, now, dayIn("UTC")).map((group) => [group.title, group.rows.length])).toEqual([
    ["Today", 1],
    ["Yesterday", 2],
  ]);
  // In New York it is still the evening of the 20th.
  expect(groupByDate(rows, now, dayIn("America/New_York")).map((group) => [group.title, group.rows.length])).toEqual([
    ["Today", 2],
    ["Yesterday", 1],
  ]);
});

test("older chats go under their week, their month, their year", () => {
  const rows = ["2026-11-14", "2026-11-13", "2026-10-01", "2025-11-02"].map((day) => row(`${day}T12:00:00Z`));
  expect(groupByDate(rows, now, dayIn("UTC")).map((group) => group.title)).toEqual([
    "Previous 7 days",
    "November",
    "October",
    "November 2025",
  ]);
});

test("a clock that runs ahead does not make a group of its own", () => {
  expect(groupByDate([row("2026-11-22T12:00:00Z")], now, dayIn("UTC"))[0]?.title).toBe("Today");
});

test("what needs the person comes first, then what they pinned, each once", () => {
  const rows = [
    { ...row("2026-11-21T00:20:00Z"), isPinned: true },
    row("2026-11-21T00:10:00Z"),
    { ...row("2026-11-20T10:00:00Z"), state: "Needs you" as const, isPinned: true },
  ];
  expect(groupRows(rows, now, dayIn("UTC")).map(({ title, rows }) => [title, rows.map(({ id }) => id)])).toEqual([
    ["Needs you", ["2026-11-20T10:00:00Z"]],
    ["Pinned", ["2026-11-21T00:20:00Z"]],
    ["Today", ["2026-11-21T00:10:00Z"]],
  ]);
  expect(groupRows([], now, dayIn("UTC"))).toEqual([]);
});
