import { streamText } from "ai";
import { expect, it } from "vitest";
import { RESEARCH_INSTRUCTIONS } from "../../tools/research-instructions.ts";
import { deepResearch } from "../../tools/deep-research.ts";
import { answerTo } from "./demo-answers.ts";
import { createDemoModel } from "./demo-model.ts";
import { research } from "./demo-research.ts";
import type { DemoResult } from "./demo-tools.ts";

const ask = (text: string, result?: DemoResult) => answerTo([{ role: "user", text }], result);

it.each([
  ["research durable chats", "durable chats"],
  ["Please investigate into the rivers of Mars?", "the rivers of Mars"],
  ["show me a sub-agent", "what Skein is"],
])("hands a question over: %s", (question, about) => {
  const { call } = ask(question);
  expect(call).toEqual({ tool: "deepResearch", input: { title: about, question: about } });
  const schema = deepResearch.inputSchema as unknown as { parse: (input: unknown) => unknown };
  expect(schema.parse(ask(`research ${"x".repeat(9000)}`).call?.input)).toBeDefined();
});

it("says how long the report is, and whether somebody stopped it", () => {
  const after = (output: object) => ask("research rivers", { tool: "deepResearch", output }).text;
  expect(after({ report: "four words of report" })).toMatch(/is done.*report of 4 words/);
  expect(after({ report: "", isStopped: true })).toMatch(/was stopped.*0 words/);
});

it("searches as the sub-agent, and reports what was found, each once", () => {
  expect(research("rivers", undefined).call).toEqual({ tool: "searchChats", input: { query: "rivers" } });
  const results = [1, 1, 2].map((n) => ({ chatId: `c${n}`, title: `Chat ${n}` }));
  const { text } = research("rivers", { tool: "searchChats", output: { results } });
  expect(text).toContain("You asked: “rivers”");
  expect(text).toContain("- “Chat 1”\n- “Chat 2”\n");
  expect(research("rivers", { tool: "searchChats", error: "No." }).text).toContain("No other chat mentions it.");
});

it("is the sub-agent when it is told so", async () => {
  const model = createDemoModel({ ttftMs: 0, tokensPerSecond: 10_000 });
  const told = { model, instructions: RESEARCH_INSTRUCTIONS };
  expect(await streamText({ ...told, prompt: "rivers" }).text).toContain("what was said about this before");
  const call = { toolCallId: "c", toolName: "searchChats" };
  const result = streamText({
    ...told,
    messages: [
      { role: "user", content: "rivers" },
      {
        role: "assistant",
        content: [
          { type: "text", text: "First." },
          { type: "tool-call", ...call, input: {} },
        ],
      },
      { role: "tool", content: [{ type: "tool-result", ...call, output: { type: "json", value: { results: [] } } }] },
    ],
  });
  expect(await result.text).toContain("You asked: “rivers”");
});
