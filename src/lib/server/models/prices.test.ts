import type { LanguageModelUsage } from "ai";
import { expect, it } from "vitest";
import { HOSTED } from "./hosted.ts";
import { costOf, PRICES, PRICES_OF } from "./prices.ts";

const usage = (input?: number, output?: number, { read, written }: { read?: number; written?: number } = {}) =>
  ({
    ...{ inputTokens: input, outputTokens: output },
    inputTokenDetails: { cacheReadTokens: read, cacheWriteTokens: written, noCacheTokens: undefined },
    ...{ outputTokenDetails: { textTokens: undefined, reasoningTokens: undefined }, totalTokens: undefined },
  }) satisfies LanguageModelUsage;
const today = Date.parse(PRICES_OF);

it("knows each hosted model, and no other", () => {
  const hosted = HOSTED.flatMap(({ provider, models }) => Object.keys(models).map((name) => `${provider}:${name}`));
  expect(Object.keys(PRICES).sort()).toEqual(hosted.sort());
  for (const model of ["demo:skein", "compatible:llama", "openai:unlisted", "constructor", ""])
    expect(costOf(model, usage(10, 10), today)).toBeUndefined();
});

it("takes what came from a cache out of what was told", () => {
  const sonnet = "anthropic:claude-sonnet-5-5";
  expect(costOf(sonnet, usage(1e6, 1e6), today)).toBe(12);
  expect(costOf(sonnet, usage(1e6, 0, { read: 1e6 }), today)).toBeCloseTo(0.1);
  expect(costOf(sonnet, usage(1e6, 0, { read: 500_000, written: 250_000 }), today)).toBeCloseTo(0.05 + 0.625 + 0.5);
  // A provider that counts its cache apart: nothing costs less than nothing.
  expect(costOf(sonnet, usage(100, 0, { read: 200 }), today)).toBeCloseTo(20 / 1e6);
});

it("has no price for what was not counted", () => {
  expect(costOf("openai:gpt-6.1-sol", usage(undefined, 5), today)).toBeUndefined();
  expect(costOf("openai:gpt-6.1-sol", usage(5), today)).toBeUndefined();
});

it("takes the dearer price for all of a long request, and the next one from its day on", () => {
  expect(costOf("openai:gpt-6.1-sol", usage(272_000, 0), today)).toBeCloseTo(0.544);
  expect(costOf("openai:gpt-6.1-sol", usage(272_001, 1e6), today)).toBeCloseTo(16.088004);
  expect(costOf("google:gemini-4-argon", usage(1e6, 0), Date.parse("2026-11-30T23:59:59Z"))).toBe(2);
  expect(costOf("google:gemini-4-argon", usage(1e6, 0), Date.parse("2026-12-01T00:00:00Z"))).toBe(4);
});
