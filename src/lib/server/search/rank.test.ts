import { expect, it } from "vitest";
import type { Candidate } from "./candidates.ts";
import { best } from "./rank.ts";

const now = Date.UTC(2026, 10, 28);
const DAY_MS = 24 * 60 * 60 * 1000;
const found = (chatId: string, messageId: string | null, rank: number, daysAgo = 0): Candidate => ({
  ...{ chatId, messageId, rank },
  at: new Date(now - daysAgo * DAY_MS),
});
const names = (candidates: Candidate[]) =>
  candidates.map(({ chatId, messageId }) => `${chatId} ${messageId ?? "title"}`);

it("puts titles before what was said, and a better match before a newer one", () => {
  const candidates = [found("a", "new", 0.06), found("b", "better", 0.12, 700), found("c", null, 0.06, 700)];
  expect(names(best(candidates, { limit: 10, now }))).toEqual(["c title", "b better", "a new"]);
});

it("puts the newer of two equal matches first", () => {
  expect(names(best([found("a", "old", 0.06, 60), found("b", "new", 0.06)], { limit: 10, now }))).toEqual([
    "b new",
    "a old",
  ]);
});

it("takes three of a chat at most, and no more than asked for", () => {
  const ofOne = [1, 2, 3, 4, 5].map((n) => found("a", `m${n}`, 0.5, n));
  const candidates = [...ofOne, found("b", "m", 0.06)];
  expect(names(best(candidates, { limit: 10, now }))).toEqual(["a m1", "a m2", "a m3", "b m"]);
  expect(best(candidates, { limit: 2, now })).toHaveLength(2);
});
