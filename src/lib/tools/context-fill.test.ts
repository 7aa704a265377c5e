import { describe, expect, it } from "vitest";
import { contextTokens, isNearlyFull, percentOf } from "./context-fill.ts";
import type { Usage } from "./usage.ts";

const answer = (usage?: Partial<Usage>) => ({ metadata: usage && { usage: { steps: 1, ms: 1, ...usage } } });

describe("what a path takes of a window", () => {
  it("is what the last step of its last answer took", () => {
    const path = [answer(), answer({ contextTokens: 100 }), answer(), answer({ contextTokens: 300, steps: 2 })];
    expect(contextTokens(path)).toBe(300);
    expect(contextTokens(path.slice(0, 3))).toBe(100);
  });

  it("is known of older answers that had one step", () => {
    expect(contextTokens([answer({ inputTokens: 90, outputTokens: 10 })])).toBe(100);
    expect(contextTokens([answer({ inputTokens: 90 })])).toBe(90);
    expect(contextTokens([answer({ inputTokens: 90, outputTokens: 10, steps: 2 })])).toBeUndefined();
  });

  it("is not known where nobody counted", () => {
    expect(contextTokens([])).toBeUndefined();
    expect(contextTokens([answer(), answer({ outputTokens: 10 })])).toBeUndefined();
  });
});

describe("how full a window is", () => {
  it.each([
    [1, 1_000_000, 1],
    [24_310, 200_000, 12],
    [8000, 8000, 100],
    [20_000, 8000, 100],
  ])("is, with %i of %i tokens, %i %%", (tokens, window, percent) => {
    expect(percentOf({ tokens, window })).toBe(percent);
  });

  it("is nearly full from four fifths on", () => {
    expect(isNearlyFull({ tokens: 6399, window: 8000 })).toBe(false);
    expect(isNearlyFull({ tokens: 6400, window: 8000 })).toBe(true);
  });
});
