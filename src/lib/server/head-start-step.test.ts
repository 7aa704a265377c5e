import { streamText, type ToolSet, type UIMessageChunk } from "ai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectedAnswer, startMockOpenAI, type MockOpenAI } from "../../../tests/support/mock-openai.ts";
import { AnswerMeter } from "./answer-meter.ts";
import { headStartStep } from "./head-start-step.ts";
import { toolSchemas } from "../tools/tool-schemas.ts";
import { createDemoModel } from "./models/demo-model.ts";
import { createModelRegistry } from "./models/index.ts";

let mock: MockOpenAI;
beforeAll(async () => {
  mock = await startMockOpenAI();
});
afterAll(() => mock.close());

const refusals: string[] = [];
let answered: unknown[] = [];
const onrefused = (sentence: string) => Promise.resolve(void refusals.push(sentence));

function step(prompt: string, stop = new AbortController(), tools?: ToolSet) {
  const model = createModelRegistry({
    providers: {
      anthropicApiKey: undefined,
      openaiApiKey: undefined,
      googleApiKey: undefined,
      openaiCompatible: {
        baseUrl: mock.url,
        apiKey: undefined,
        models: ["numbered"],
        visionModels: [],
        contextWindow: 8000,
      },
    },
    defaultModel: undefined,
    demo: { ttftMs: 0, tokensPerSecond: 1000 },
    modelTimeoutMs: 300,
  }).resolve();
  const result = streamText({ model, prompt, tools, maxRetries: 0, abortSignal: stop.signal, onError: () => {} });
  const meter = new AnswerMeter({ model: "compatible:numbered", metadata: { replyTo: "q1" } });
  answered = [];
  const onanswered = () => Promise.resolve(void answered.push(meter.usage));
  return headStartStep(result as never, { meter, stop: stop.signal, onanswered, onrefused });
}

async function chunksOf(step: ReturnType<typeof headStartStep>): Promise<UIMessageChunk[]> {
  const chunks: UIMessageChunk[] = [];
  for await (const chunk of step.toUIMessageStream({ generateMessageId: () => "a1" })) chunks.push(chunk);
  return chunks;
}

async function handover({ finishReason, response }: ReturnType<typeof headStartStep>) {
  return { finishReason: await finishReason, messages: (await response).messages };
}

const textOf = (chunks: UIMessageChunk[]) =>
  chunks.map((chunk) => (chunk.type === "text-delta" ? chunk.delta : "")).join("");

describe("what a hand-over leaves out", () => {
  it("is streamed, and told beside it", async () => {
    const model = createDemoModel({ ttftMs: 0, tokensPerSecond: 10_000 });
    const result = streamText({ model, prompt: "show me sources" });
    const meter = new AnswerMeter({ model: "demo:skein", metadata: {} });
    let beside: unknown[] = [];
    const onanswered = (parts: unknown[]) => Promise.resolve(void (beside = parts));
    const stop = new AbortController().signal;
    const step = headStartStep(result as never, { meter, stop, onanswered, onrefused });
    const streamed = (await chunksOf(step)).filter(({ type }) => type === "source-url");
    await handover(step);
    expect(streamed).toHaveLength(3);
    expect(beside).toEqual(streamed);
  });
});

describe("the first step of a head start", () => {
  it("streams the whole answer and hands it over", async () => {
    const whole = step("words=20");
    const chunks = await chunksOf(whole);
    expect(chunks[0]).toMatchObject({ type: "start", messageId: "a1", messageMetadata: { replyTo: "q1" } });
    expect(textOf(chunks)).toBe(expectedAnswer(20));
    expect(chunks.at(-1)).toMatchObject({ type: "finish" });
    expect(await whole.finishReason).toBe("stop");
    expect((await whole.response).messages).toHaveLength(1);
  });

  it("says what it took, in the stream and before it is handed over", async () => {
    const whole = step("words=20 tokens=500");
    const chunks = await chunksOf(whole);
    const usage = { inputTokens: expect.any(Number) as number, outputTokens: expect.any(Number) as number, steps: 1 };
    expect(chunks).toContainEqual({
      type: "message-metadata",
      messageMetadata: { usage: expect.objectContaining(usage) as object },
    });
    await whole.finishReason;
    expect(answered).toEqual([expect.objectContaining(usage)]);
  });

  it.each(["status=500", "status=429"])("leaves nothing in the stream after %s, and an empty step", async (prompt) => {
    const failing = step(prompt);
    expect(await chunksOf(failing)).toEqual([]);
    expect(await handover(failing)).toEqual({ finishReason: "tool-calls", messages: [] });
    expect(refusals).toEqual([]);
  });

  it("does not end what broke off, for another answer follows", async () => {
    const failing = step("words=50 rate=500 break=20");
    const chunks = await chunksOf(failing);
    expect(textOf(chunks)).toBe(expectedAnswer(20));
    expect(chunks.some((chunk) => chunk.type === "error" || chunk.type === "finish")).toBe(false);
    expect(await handover(failing)).toEqual({ finishReason: "tool-calls", messages: [] });
    expect(refusals).toEqual([]);
  });

  it.each([
    ["status=401", /refused the API key/, ""],
    ["status=400", /refused the request/, ""],
    ["hang", /did not answer within/, ""],
    ["words=50 rate=500 hang=20", /stopped in the middle/, expectedAnswer(20)],
  ])("says what is wrong after %s, and ends with what was written", async (prompt, sentence, partial) => {
    const refused = step(prompt);
    const chunks = await chunksOf(refused);
    expect(textOf(chunks)).toBe(partial);
    expect(chunks.filter((chunk) => partial === "" || chunk.type === "error")).toEqual([
      { type: "error", errorText: expect.stringMatching(sentence) },
    ]);
    const content = [{ type: "text", text: partial }];
    expect(await handover(refused)).toEqual({
      finishReason: "error",
      messages: partial === "" ? [] : [{ role: "assistant", content }],
    });
    expect(refusals.splice(0)).toEqual([expect.stringMatching(sentence)]);
  });

  it.each([
    ["tidyInbox", { changes: [{ action: "pin", chatId: "c" }] }],
    ["askUser", { question: "Why?", options: ["A", "B"] }],
  ])("hands over no call of %s, which waits for the person", async (tool, args) => {
    const calling = step(`words=5 tool=${tool} args=${JSON.stringify(args)}`, undefined, toolSchemas);
    const chunks = await chunksOf(calling);
    expect(textOf(chunks)).toBe(expectedAnswer(5));
    expect(chunks.filter(({ type }) => type.startsWith("tool-") || type === "finish")).toEqual([]);
    expect(await handover(calling)).toEqual({ finishReason: "tool-calls", messages: [] });
  });

  it("hands over the call of another tool", async () => {
    const calling = step("words=5 tool=searchChats", undefined, toolSchemas);
    await chunksOf(calling);
    expect(JSON.stringify(await handover(calling))).toContain("searchChats");
  });

  it("takes what was written for the answer when somebody stops", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 200);
    const stopped = step("words=500 rate=100", stop);
    const chunks = await chunksOf(stopped);
    expect(chunks.slice(-3).map((chunk) => chunk.type)).toEqual(["text-end", "finish-step", "finish"]);
    expect(await stopped.finishReason).toBe("stop");
    expect((await stopped.response).messages).toEqual([
      { role: "assistant", content: [{ type: "text", text: textOf(chunks) }] },
    ]);
  });
});
