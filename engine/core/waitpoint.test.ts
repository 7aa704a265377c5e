import { describe, expect, it } from "vitest";
import { durationMs, isAlreadyMet } from "./waitpoint.ts";

describe("a wait at the end of a stream", () => {
  it.each([
    [0, undefined, false],
    [1, undefined, true],
    [5, 4, false],
    [6, 4, true],
    [5, 9, false],
  ])("next position %s, last seen %s: already met is %s", (nextSeq, lastSeen, expected) => {
    expect(isAlreadyMet(nextSeq, lastSeen)).toBe(expected);
  });
});

describe("durations", () => {
  const now = new Date("2026-11-22T12:00:00Z");

  it.each([
    ["30s", 30_000],
    ["1h30m", 5_400_000],
    ["2d", 172_800_000],
    ["1w", 604_800_000],
    ["1h 5s", 3_605_000],
    ["1 h", 3_600_000],
    ["1 0s", undefined],
    ["2026-11-22T12:00:10Z", 10_000],
    ["2026-11-22T11:00:00Z", 0],
    ["soon", undefined],
    ["", undefined],
  ])("%s is %s ms", (text, expected) => {
    expect(durationMs(text, now)).toBe(expected);
  });
});
