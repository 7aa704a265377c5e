import { readUIMessageStream, type UIMessage, type UIMessageChunk } from "ai";
import { describe, expect, it } from "vitest";
import { continued } from "./continued.ts";

/** The message that a reader has who sees the turn from its start. */
async function whole(
  parts: UIMessage["parts"],
  added: UIMessageChunk[],
  how?: { isNewStep: boolean },
): Promise<UIMessage["parts"] | undefined> {
  const answer: UIMessage = { id: "a1", role: "assistant", parts };
  const chunks: UIMessageChunk[] = [{ type: "start", messageId: "a1" }, ...added, { type: "finish" }];
  const source = new ReadableStream<UIMessageChunk>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const stream = source.pipeThrough(continued(answer, how));
  let last: UIMessage | undefined;
  for await (const message of readUIMessageStream({ stream })) last = message;
  expect(last?.id).toBe("a1");
  return last?.parts;
}

const step: UIMessage["parts"][number] = { type: "step-start" };
const text = (words: string): UIMessage["parts"][number] => ({ type: "text", text: words, state: "done" });
const says = (id: string, words: string): UIMessageChunk[] => [
  { type: "text-start", id },
  { type: "text-delta", id, delta: words },
  { type: "text-end", id },
];
const inStep = (...chunks: UIMessageChunk[]): UIMessageChunk[] => [
  { type: "start-step" },
  ...chunks,
  { type: "finish-step" },
];

describe("an answer that goes on", () => {
  it("goes on in the middle of a word, in the same text", async () => {
    const parts = await whole([step, text("The quick bro")], inStep(...says("0", "wn fox")));
    expect(parts).toEqual([step, text("The quick brown fox")]);
  });

  it("has a text for itself after a tool, and texts of later steps too", async () => {
    const tool = {
      ...{ type: "tool-look", toolCallId: "c1", state: "output-available" },
      ...{ title: "Look around", input: { q: 1 }, output: { found: 2 } },
    } as UIMessage["parts"][number];
    const parts = await whole([step, text("Looking."), tool], inStep(...says("0", "Found.")));
    expect(parts).toMatchObject([step, text("Looking."), tool, step, text("Found.")]);
    const steps = await whole([step, text("One")], [...inStep(...says("0", " two")), ...inStep(...says("0", "Three"))]);
    expect(steps).toMatchObject([step, text("One two"), step, text("Three")]);
  });

  it("keeps what it thought, where it is from, and what a tool could not do", async () => {
    const before: UIMessage["parts"] = [
      step,
      { type: "reasoning", text: "hm", state: "done" },
      { type: "source-url", sourceId: "s1", url: "https://example.org" },
      { type: "file", mediaType: "image/png", url: "/api/files/1" },
      { type: "dynamic-tool", toolName: "look", toolCallId: "c1", state: "output-error", input: 1, errorText: "no" },
      text("So"),
    ];
    expect(await whole(before, inStep(...says("0", " it is")))).toMatchObject([
      ...before.slice(0, -1),
      text("So it is"),
    ]);
  });

  it("has a text for itself when a tool comes first", async () => {
    const call: UIMessageChunk[] = [
      { type: "tool-input-available", toolCallId: "c1", toolName: "look", input: 1 },
      { type: "tool-output-available", toolCallId: "c1", output: 2 },
    ];
    const parts = await whole([step, text("Let me see")], [...inStep(...call), ...inStep(...says("0", "There."))]);
    expect(parts).toMatchObject([step, text("Let me see"), { type: "tool-look", output: 2 }, step, text("There.")]);
  });

  it("keeps what was asked of a person and what they said, and begins a text of its own after that", async () => {
    const tool = (toolCallId: string, more: object) =>
      ({ type: "tool-tidy", toolCallId, input: { n: 1 }, ...more }) as unknown as UIMessage["parts"][number];
    const approval = { id: "p1", approved: true };
    const before = [
      step,
      tool("c1", { state: "approval-responded", approval }),
      tool("c2", { state: "output-denied", approval: { id: "p2", approved: false, reason: "No" } }),
      tool("c3", { state: "output-available", output: 1, approval: { id: "p3", approved: true } }),
      text("Just"),
    ];
    const result: UIMessageChunk = { type: "tool-output-available", toolCallId: "c1", output: 2 };
    const parts = await whole(before, [result, ...inStep(...says("0", "Done."))], { isNewStep: true });
    expect(parts).toMatchObject([
      step,
      { toolCallId: "c1", state: "output-available", output: 2, approval },
      ...before.slice(2),
      step,
      text("Done."),
    ]);
  });

  it("stays as it was when nothing is added", async () => {
    expect(await whole([step, text("All")], inStep())).toMatchObject([step, text("All")]);
  });
});
