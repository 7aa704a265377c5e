import { expect, it } from "vitest";
import { newsOf } from "./news.ts";
import { row } from "./testing/rows.ts";

const running = row("a", { state: "Running" });

it.each([
  ["Unread", "has an answer"],
  ["Failed", "could not be answered"],
  ["Needs you", "needs you"],
] as const)("a chat that ran and is %s is news", (state, text) => {
  expect(newsOf(running, row("a", { state }))).toEqual({ chatId: "a", title: "a", text });
});

it("what was seen to its end, or still runs, is none", () => {
  expect(newsOf(running, row("a"))).toBeNull();
  expect(newsOf(running, running)).toBeNull();
});

it("that a chat is unread again is none: nothing was said in it", () => {
  expect(newsOf(row("a"), row("a", { state: "Unread" }))).toBeNull();
  expect(newsOf(undefined, row("a", { state: "Unread" }))).toBeNull();
});

it("that a chat needs the person is news once", () => {
  const needy = row("a", { state: "Needs you" });
  expect(newsOf(undefined, needy)).not.toBeNull();
  expect(newsOf(needy, needy)).toBeNull();
});
