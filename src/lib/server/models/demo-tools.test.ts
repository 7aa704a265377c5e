import { isStepCount, streamText, tool, type ToolSet } from "ai";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { answerTo } from "./demo-answers.ts";
import { createDemoModel } from "./demo-model.ts";

const callFor = (text: string) => answerTo([{ role: "user", text }]).call;

describe("what the demo model is asked for", () => {
  it.each([
    ["fetch https://example.org/a?b=c#d", "https://example.org/a?b=c#d"],
    ["Please read https://example.org/page.", "https://example.org/page"],
    ["Summarise (http://127.0.0.1:8080/x)!", "http://127.0.0.1:8080/x"],
    ["fetch example.org", "https://example.org"],
  ])("is a page: %s", (question, url) => expect(callFor(question)).toEqual({ tool: "fetchPage", input: { url } }));

  it.each([
    ["calculate 2+2", "2+2"],
    ["Compute (3 + 4) * 5?", "(3 + 4) * 5"],
    ["js [1, 2].map((n) => n * 2)", "[1, 2].map((n) => n * 2)"],
    ["run this code: `1 + 1`", "1 + 1"],
    ["run this code\n```js\nconst a = 1;\na\n```", "const a = 1;\na"],
    ["run some code", expect.stringContaining("primes")],
  ])("is code: %s", (question, code) => expect(callFor(question)).toEqual({ tool: "runCode", input: { code } }));

  it.each(["show me code", "hello", "fetch a page", "I read a book"])("is no tool: %s", (question) =>
    expect(callFor(question)).toBeUndefined(),
  );
});

describe("a tool that the demo model calls", () => {
  const model = createDemoModel({ ttftMs: 0, tokensPerSecond: 10_000 });
  const ask = async (prompt: string, tools: ToolSet) => {
    const result = streamText({ model, prompt, tools, stopWhen: isStepCount(5) });
    const types: string[] = [];
    for await (const part of result.stream) if (types.at(-1) !== part.type) types.push(part.type);
    const steps = await result.steps;
    return { types, text: steps.map((step) => step.text).join("\n"), steps };
  };
  const runCode = (execute: () => unknown) => ({
    runCode: tool({ inputSchema: z.object({ code: z.string() }), execute: execute as () => Promise<unknown> }),
  });

  it("is written as it streams, and the answer goes on with what it brought", async () => {
    const said = await ask(
      "calculate 2+2",
      runCode(() => ({ logs: "two", value: "4" })),
    );
    expect(said.types).toEqual(
      expect.arrayContaining(["text-delta", "tool-input-start", "tool-input-delta", "tool-input-end", "tool-call"]),
    );
    expect(said.steps).toHaveLength(2);
    expect(said.steps[0]?.toolCalls).toMatchObject([{ toolName: "runCode", input: { code: "2+2" } }]);
    expect(said.text).toMatch(/two.*The value is `4`/s);
  });

  it("may fail, and is not called again", async () => {
    const said = await ask(
      "calculate 2+2",
      runCode(() => {
        throw new Error("No sandbox here.");
      }),
    );
    expect(said.steps).toHaveLength(2);
    expect(said.text).toMatch(/That failed: “.*No sandbox here.”/);
  });

  it("is left alone when it is not offered", async () => {
    expect((await ask("calculate 2+2", {})).steps.map(({ toolCalls }) => toolCalls)).toEqual([[]]);
  });

  it("is over with the next question", async () => {
    const call = { toolCallId: "c", toolName: "runCode" };
    const result = streamText({
      model,
      messages: [
        { role: "user", content: "calculate 2+2" },
        { role: "assistant", content: [{ type: "tool-call", ...call, input: { code: "2+2" } }] },
        { role: "tool", content: [{ type: "tool-result", ...call, output: { type: "json", value: { value: "4" } } }] },
        { role: "user", content: "calculate 3+3" },
      ],
      tools: runCode(() => ({ value: "6" })),
    });
    expect((await result.toolCalls)[0]?.input).toEqual({ code: "3+3" });
  });
});
