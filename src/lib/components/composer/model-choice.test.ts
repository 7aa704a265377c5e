import { describe, expect, it } from "vitest";
import { lineOf, type ModelChoice } from "./model-choice.ts";

const model = (more: Partial<ModelChoice>): ModelChoice => ({
  ...{ id: "a:b", label: "B", accepts: { images: false }, tools: false, reasoning: false, contextWindow: 8192 },
  ...more,
});

describe("the line of a model", () => {
  it("names what it can do, and how much it reads", () => {
    const able = model({ accepts: { images: true }, tools: true, reasoning: true, contextWindow: 1_048_576 });
    expect(lineOf(able)).toBe("Images, tools, reasoning · 1M context");
    expect(lineOf(model({ tools: true, contextWindow: 922_000 }))).toBe("Tools · 922k context");
  });

  it("of one of which nothing is known says that it takes text", () => {
    expect(lineOf(model({}))).toBe("Text · 8k context");
  });

  it.each([
    [500, "500"],
    [1000, "1k"],
    [200_000, "200k"],
    [999_999, "1M"],
    [1_500_000, "1.5M"],
    [2_000_000, "2M"],
  ])("rounds a window of %i tokens to %s", (contextWindow, said) => {
    expect(lineOf(model({ contextWindow }))).toBe(`Text · ${said} context`);
  });
});
