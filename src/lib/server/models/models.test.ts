import { streamText, tool } from "ai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  expectedAnswer,
  expectedSummary,
  startMockOpenAI,
  type MockOpenAI,
} from "../../../../tests/support/mock-openai.ts";
import {
  createModelRegistry,
  describeModelError,
  summarise,
  SUMMARY_LEAD,
  writeTitle,
  type LanguageModelV4,
  type ModelConfig,
} from "./index.ts";

const none: ModelConfig = {
  providers: {
    anthropicApiKey: undefined,
    openaiApiKey: undefined,
    googleApiKey: undefined,
    openaiCompatible: undefined,
  },
  defaultModel: undefined,
  modelTimeoutMs: 60_000,
  demo: { ttftMs: 0, tokensPerSecond: 100_000 },
};

let mock: MockOpenAI;
beforeAll(async () => {
  mock = await startMockOpenAI();
});
afterAll(() => mock.close());

const compatible = (more: Partial<ModelConfig> = {}): ModelConfig => ({
  ...none,
  providers: {
    ...none.providers,
    openaiCompatible: {
      baseUrl: mock.url,
      apiKey: "sk-secret-of-ours",
      models: ["numbered"],
      visionModels: ["numbered"],
      contextWindow: 8000,
    },
  },
  modelTimeoutMs: 300,
  ...more,
});

/** The text that arrived, and the one sentence of what went wrong. */
async function ask(config: ModelConfig, prompt: string, abortSignal?: AbortSignal) {
  const errors: unknown[] = [];
  const model = createModelRegistry(config).resolve();
  const result = streamText({
    model,
    prompt,
    maxRetries: 0,
    abortSignal,
    onError: ({ error }) => void errors.push(error),
  });
  let text = "";
  for await (const part of result.stream) if (part.type === "text-delta") text += part.text;
  return { text, errors: errors.map(describeModelError) };
}

describe("the registry", () => {
  it("offers the demo model alone when there is no key", () => {
    const registry = createModelRegistry(none);
    expect(registry.list()).toEqual([
      {
        id: "demo:skein",
        label: "Demo",
        provider: "Skein",
        ...{ accepts: { images: true }, tools: true, reasoning: true },
        contextWindow: expect.any(Number),
      },
    ]);
    expect(registry.defaultId).toBe("demo:skein");
  });

  it("puts what a key switches on before the demo model", () => {
    const registry = createModelRegistry({ ...none, providers: { ...none.providers, anthropicApiKey: "k" } });
    expect(registry.defaultId).toMatch(/^anthropic:/);
    expect(registry.list().at(-1)?.id).toBe("demo:skein");
  });

  it("follows the configured default, also to a model that it does not list", () => {
    const providers = { ...none.providers, openaiApiKey: "k", anthropicApiKey: "k" };
    expect(createModelRegistry({ ...none, providers, defaultModel: "openai:gpt-99" }).choose()).toMatchObject({
      label: "gpt-99",
      reasoning: false,
      contextWindow: 128_000,
    });
    expect(createModelRegistry({ ...none, providers, defaultModel: "demo" }).defaultId).toBe("demo:skein");
  });

  it("answers with the default model when a chat's model is gone", () => {
    const registry = createModelRegistry(none);
    expect(registry.choose("anthropic:claude").id).toBe("demo:skein");
    expect(registry.resolve("anything:else")).toBe(registry.resolve());
  });
});

describe("an OpenAI-compatible server", () => {
  it("streams the exact answer", async () => {
    expect(await ask(compatible(), "words=50 rate=2000")).toEqual({ text: expectedAnswer(50), errors: [] });
  });

  it.each([
    ["status=401", "", /refused the API key \(401\)/],
    ["status=404", "", /does not know this model/],
    ["status=429", "", /limiting requests \(429\)/],
    ["status=500", "", /problem of its own \(500\)/],
    ["status=503", "", /problem of its own \(503\)/],
    ["limit=0", "", /too long for the model/],
    ["hang", "", /did not answer within/],
    ["words=50 rate=500 hang=10", expectedAnswer(10), /nothing came for/],
    ["words=50 rate=500 break=20", expectedAnswer(20), /broke off/],
  ])("says in one sentence what happened after %s, and keeps what came before", async (prompt, text, sentence) => {
    const answer = await ask(compatible(), prompt);
    expect(answer.text).toBe(text);
    expect(answer.errors).toEqual([expect.stringMatching(sentence)]);
    expect(answer.errors.join()).not.toContain("sk-secret-of-ours");
  });

  it("is asked without tools from then on, once it has refused them", async () => {
    const model = createModelRegistry(compatible()).resolve();
    const before = mock.requests.length;
    const offered = { look: tool({ inputSchema: z.object({}) }) };
    for (const prompt of ["words=3 notools", "words=4 notools"]) {
      const said = streamText({ model, prompt, tools: offered, maxRetries: 0 });
      expect(await said.text).toBe(expectedAnswer(Number(/\d/.exec(prompt)?.[0])));
    }
    expect(mock.requests.slice(before).map(({ prompt }) => prompt)).toEqual([
      "words=3 notools",
      "words=3 notools",
      "words=4 notools",
    ]);
  });

  it("says so when nothing listens there", async () => {
    const nowhere = {
      baseUrl: "http://127.0.0.1:9/v1",
      apiKey: undefined,
      models: ["m"],
      visionModels: [],
      contextWindow: 8000,
    };
    const { errors } = await ask({ ...none, providers: { ...none.providers, openaiCompatible: nowhere } }, "hello");
    expect(errors).toEqual([expect.stringMatching(/could not be reached/)]);
  });

  it("does not take a slow model for a hanging one", async () => {
    expect((await ask(compatible({ modelTimeoutMs: 400 }), "words=6 rate=5 ttft=200")).text).toBe(expectedAnswer(6));
  });

  it("hangs up when the person stops", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 150);
    const { text, errors } = await ask(compatible(), "words=500 rate=100 stopped", stop.signal);
    expect(expectedAnswer(500).startsWith(text)).toBe(true);
    expect(errors).toEqual([]);
    await expect
      .poll(() => mock.requests.find((request) => request.prompt.endsWith("stopped"))?.abortedAt)
      .toBeDefined();
  });
});

describe("a summary", () => {
  const summaryOf = (config: ModelConfig, conversation: string) =>
    summarise(createModelRegistry(config).resolve(), conversation, {
      contextWindow: 8000,
      abortSignal: AbortSignal.timeout(1000),
    });

  it("is asked for with its own instructions", async () => {
    expect(await summaryOf(compatible(), "Person: swords=4")).toBe(expectedSummary(4));
    expect(mock.requests.at(-1)).toMatchObject({ isSummary: true, prompt: "Person: swords=4" });
  });

  it("is an error when it is empty, refused or late", async () => {
    for (const conversation of ["swords=0", "sstatus=500", "sttft=5000"])
      await expect(summaryOf(compatible(), conversation)).rejects.toThrow();
  });

  it("of the demo model lists what was asked, on top of what came before", async () => {
    const first = await summaryOf(none, "Person: My name is Ada\n\nAssistant: Hello\n\nPerson: A table");
    expect(first).toMatch(/demo model.*“My name is Ada”.*“A table”/s);
    const second = await summaryOf(none, `Summary of what came before: ${first}\n\nPerson: Code`);
    expect(second).toMatch(/“My name is Ada”.*“Code”/s);
  });
});

describe("a title", () => {
  const titleOf = (config: ModelConfig, question: string, timeoutMs = 1000) =>
    writeTitle(createModelRegistry(config).resolve(), question, {
      contextWindow: 8000,
      abortSignal: AbortSignal.timeout(timeoutMs),
    });

  it("is asked for with its own instructions, by the beginning of the question, and cleaned", async () => {
    const answers = mock.requests.length;
    const question = `title="<think>Hm.</think>## **Lisbon**" ${"word ".repeat(1000)}`;
    expect(await titleOf(compatible(), question)).toBe("Lisbon");
    expect(mock.titleRequests.at(-1)?.prompt).toBe(question.slice(0, 2000));
    expect(mock.requests).toHaveLength(answers);
  });

  it("is empty when the model says nothing, and an error when it refuses or hangs", async () => {
    expect(await titleOf(compatible(), "Hello")).toBe("");
    await expect(titleOf(compatible(), "tstatus=500")).rejects.toThrow();
    await expect(titleOf(compatible(), "thang", 100)).rejects.toThrow();
  });

  it("is not what a model thought, when it says so apart", async () => {
    const thinking: LanguageModelV4 = {
      ...{ specificationVersion: "v4", provider: "test", modelId: "thinking", supportedUrls: {} },
      doStream: () => Promise.reject(new Error("not asked")),
      doGenerate: () =>
        Promise.resolve({
          content: [
            { type: "reasoning", text: "They want a title." },
            { type: "text", text: "Lisbon" },
          ],
          finishReason: { unified: "stop", raw: "stop" },
          usage: {
            inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
            outputTokens: { total: 1, text: 1, reasoning: 0 },
          },
          warnings: [],
        }),
    };
    const limits = { contextWindow: 8000, abortSignal: AbortSignal.timeout(1000) };
    expect(await writeTitle(thinking, "Hello", limits)).toBe("Lisbon");
  });

  it.each([
    ["Please write me a long answer about the history of Lisbon", "Long answer history Lisbon"],
    ["How do I use Trigger.dev or my own Postgres?", "Use Trigger.dev own Postgres"],
    ["what can you do?", "What can you do"],
    ["C++ and C# compared, with examples of each one of them, please", "C++ C# compared examples each one"],
    ["Think step by step: is 1,001 a prime number?", "Think step 1,001 prime number"],
    ["Calculate 6 * 7", "Calculate 6 * 7"],
    ["旅行の計画", "旅行の計画"],
    ["?!", ""],
  ])("of the demo model is what %j is about", async (question, title) => {
    expect(await titleOf(none, question)).toBe(title);
  });
});

describe("an unknown error", () => {
  it("is not passed on", () => {
    expect(describeModelError(new Error("key sk-123 is wrong"))).not.toContain("sk-123");
    expect(describeModelError("sk-123")).not.toContain("sk-123");
  });
});

describe("the demo model", () => {
  const say = (prompt: string, more: Partial<ModelConfig> = {}) => ask({ ...none, ...more }, prompt);

  it("says plainly that it is a demo, and helps to leave it", async () => {
    expect((await say("Hello")).text).toMatch(/demo model.*not a language model/s);
    expect((await say("How do I set a key?")).text).toContain("ANTHROPIC_API_KEY");
    expect((await say("How do I point it at Trigger.dev?")).text).toContain("TRIGGER_SECRET_KEY");
    expect((await say("Can I use my own Postgres?")).text).toContain("DATABASE_URL");
  });

  it("fails on request, in a sentence", async () => {
    expect((await say("show me an error")).errors).toEqual([expect.stringContaining("the error you asked")]);
  });

  it("counts the words of a long answer", async () => {
    const { text } = await say("a long answer of 120 words please");
    expect(text).toContain("word 1,");
    expect(text).toContain("word 120.");
  });

  it("remembers what was asked", async () => {
    const result = streamText({
      model: createModelRegistry(none).resolve(),
      messages: [
        { role: "user", content: "My name is Ada" },
        { role: "assistant", content: "Hello" },
        { role: "user", content: "What did I ask first?" },
      ],
    });
    expect(await result.text).toContain("My name is Ada");
  });

  it("remembers the beginning as the summary it was given", async () => {
    const result = streamText({
      model: createModelRegistry(none).resolve(),
      messages: [
        { role: "user", content: `${SUMMARY_LEAD}\n\n- “My name is Ada”` },
        { role: "user", content: "What did I ask first?" },
      ],
    });
    expect(await result.text).toBe(`${SUMMARY_LEAD}\n\n- “My name is Ada”`);
  });

  it("reasons before it speaks, on request", async () => {
    const result = streamText({ model: createModelRegistry(none).resolve(), prompt: "Show me your reasoning" });
    expect(await result.finalStep.then((step) => step.reasoningText)).toContain("think aloud");
  });

  it("keeps its pace and stops at once", async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 200);
    const start = performance.now();
    const { text, errors } = await ask(
      { ...none, demo: { ttftMs: 50, tokensPerSecond: 50 } },
      "a long answer",
      stop.signal,
    );
    expect(performance.now() - start).toBeLessThan(600);
    expect(text.split(" ").length).toBeLessThan(20);
    expect(errors).toEqual([]);
  });
});
