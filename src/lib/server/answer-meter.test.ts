import type { LanguageModelUsage, TextStreamPart, ToolSet } from "ai";
import { describe, expect, it } from "vitest";
import { AnswerMeter } from "./answer-meter.ts";
import { PRICES_OF } from "./models/prices.ts";

const model = "anthropic:claude-haiku-4-5";
const start = Date.parse(PRICES_OF);

function meterOf(options: Partial<ConstructorParameters<typeof AnswerMeter>[0]> = {}) {
  let now = start;
  const meter = new AnswerMeter({ model, metadata: { model }, now: () => now, ...options });
  const after = (ms: number, part: object) => {
    now += ms;
    return meter.messageMetadata({ part: part as TextStreamPart<ToolSet> });
  };
  return { meter, after };
}

const step = (inputTokens?: number, outputTokens?: number, details: { cached?: number; thought?: number } = {}) => ({
  type: "finish-step",
  usage: {
    ...{ inputTokens, outputTokens },
    inputTokenDetails: { cacheReadTokens: details.cached },
    outputTokenDetails: { reasoningTokens: details.thought },
  } as LanguageModelUsage,
});

describe("what an answer took", () => {
  it("is the sum of its steps, said after each of them", () => {
    const { after } = meterOf();
    expect(after(0, { type: "start" })).toEqual({ model });
    expect(after(10, { type: "text-delta", text: "a" })).toBeUndefined();
    expect(after(500, step(1000, 100, { cached: 400 }))).toEqual({
      usage: {
        ...{ inputTokens: 1000, outputTokens: 100, cachedInputTokens: 400, contextTokens: 1100, steps: 1, ms: 510 },
        cost: { usd: expect.closeTo((600 + 40 + 500) / 1e6) as number, pricesOf: PRICES_OF },
      },
    });
    expect(after(490, step(2000, 200, { thought: 50 }))).toEqual({
      usage: {
        ...{ inputTokens: 3000, outputTokens: 300, cachedInputTokens: 400, reasoningTokens: 50 },
        ...{ contextTokens: 2200, steps: 2, ms: 1000 },
        cost: { usd: expect.closeTo((600 + 40 + 500 + 2000 + 1000) / 1e6) as number, pricesOf: PRICES_OF },
      },
    });
    expect(after(0, { type: "finish" })).toBeUndefined();
  });

  it("goes on from what it took before, without the time between", () => {
    const cost = { usd: 1, pricesOf: PRICES_OF };
    const { after } = meterOf({ before: { inputTokens: 10, outputTokens: 5, steps: 1, ms: 300, cost } });
    const { usage } = after(200, step(1, 1)) ?? {};
    expect(usage).toMatchObject({ inputTokens: 11, outputTokens: 6, steps: 2, ms: 500 });
    expect(usage?.cost?.usd).toBeCloseTo(1 + 6 / 1e6);
  });

  it("has no cost for a model without a price, nor when a part of it was not counted", () => {
    expect(meterOf({ model: "demo:skein" }).after(0, step(5, 5))).toEqual({
      usage: { inputTokens: 5, outputTokens: 5, contextTokens: 10, steps: 1, ms: 0 },
    });
    const { after } = meterOf();
    expect(after(0, step())).toEqual({ usage: { steps: 1, ms: 0 } });
    expect(after(0, step(5, 5))?.usage).not.toHaveProperty("cost");
  });
});

describe("the times of a tool", () => {
  it("are said when it begins and when it is done, not in between", () => {
    const { after } = meterOf();
    expect(after(100, { type: "tool-call", toolCallId: "t" })).toEqual({ tools: { t: { startedAt: start + 100 } } });
    expect(after(50, { type: "tool-result", toolCallId: "t", preliminary: true })).toBeUndefined();
    const done = { tools: { t: { startedAt: start + 100, ms: 250 } } };
    expect(after(200, { type: "tool-result", toolCallId: "t" })).toEqual(done);
    expect(after(0, { type: "tool-error", toolCallId: "t" })).toEqual(done);
  });

  it("begin with the stream when it was called before that", () => {
    expect(meterOf().after(40, { type: "tool-result", toolCallId: "t" })).toEqual({
      tools: { t: { startedAt: start, ms: 40 } },
    });
  });

  it("are not kept under a name that the database would refuse", () => {
    expect(meterOf().after(0, { type: "tool-call", toolCallId: "t\0" })).toBeUndefined();
  });
});
