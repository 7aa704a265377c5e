import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as chats from "../src/lib/server/chats.ts";
import * as firstTurn from "../src/lib/server/first-turn.ts";
import { ownerId, question, startTestAgent, type TestAgent } from "../tests/support/agent.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await startTestAgent();
});
afterAll(() => agent.stop());

const idle = (chatId: string) =>
  expect.poll(async () => (await agent.open(chatId)).chat.status, { interval: 5 }).toBe("idle");
const answerIn = async (chatId: string) =>
  (await agent.open(chatId)).messages.findLast(({ role }) => role === "assistant");

describe("what an answer took", () => {
  it("is stored with it: the tokens of all its steps, and the times of its tools", async () => {
    const { chatId, question: asked, harness } = await agent.start("words=4 after=6 tool=searchChats counted");
    await harness.sendMessage(asked);
    await idle(chatId);
    const { metadata, parts } = (await answerIn(chatId)) ?? {};
    expect(metadata).toMatchObject({
      model: "compatible:numbered",
      createdAt: expect.any(String) as string,
      usage: { outputTokens: 8, steps: 2, ms: expect.any(Number) as number },
    });
    // Nobody has a price for it.
    expect(metadata?.usage).not.toHaveProperty("cost");
    const call = parts?.find((part) => part.type === "tool-searchChats");
    expect(Object.keys(metadata?.tools ?? {})).toEqual([call && "toolCallId" in call ? call.toolCallId : undefined]);
    expect(Object.values(metadata?.tools ?? {})).toEqual([
      { startedAt: expect.any(Number) as number, ms: expect.any(Number) as number },
    ]);
    await harness.close();
  });

  it("says nothing of tokens that nobody counted", async () => {
    const { chatId, question: asked, harness } = await agent.start("words=3 nousage");
    await harness.sendMessage(asked);
    await idle(chatId);
    expect((await answerIn(chatId))?.metadata?.usage).toEqual({ steps: 1, ms: expect.any(Number) as number });
    await harness.close();
  });

  it("goes on when the answer does", async () => {
    const { chatId, question: asked, harness } = await agent.start("words=30 rate=100 tokens=100 cut off");
    const release = agent.model.hold(asked.parts[0]?.type === "text" ? asked.parts[0].text : "", 5);
    const turn = harness.sendMessage(asked);
    await expect.poll(() => agent.model.requests.at(-1)?.sent).toBe(5);
    await harness.sendStop();
    await turn;
    release();
    await idle(chatId);
    const stopped = await answerIn(chatId);
    // The step that was cut off was never counted.
    expect(stopped?.metadata).not.toHaveProperty("usage");
    await harness.sendAction({ type: "continue", messageId: stopped?.id, attempt: crypto.randomUUID() });
    await idle(chatId);
    const whole = await answerIn(chatId);
    expect(whole?.metadata).toMatchObject({ createdAt: stopped?.metadata?.createdAt, usage: { steps: 1 } });
    await harness.close();
  });
});

describe("what a head start took", () => {
  const headStart = { model: "compatible:numbered", createdAt: "2026-11-28T10:00:00.000Z" };
  const source = { type: "source-url" as const, sourceId: "s1", url: "https://example.org/", title: "An example" };
  const usage = { inputTokens: 100, outputTokens: 10, steps: 1, ms: 1000 };

  async function begin(text: string) {
    const { chatId, messageId } = await chats.create(agent.db, { ownerId, text });
    await firstTurn.claim(agent.db, { ownerId, chatId });
    await firstTurn.answered(agent.db, chatId, { ...headStart, replyTo: messageId, usage, parts: [source] });
    const asked = question(messageId, text, null);
    return { chatId, messageId, harness: agent.run(chatId, { mode: "handover-prepare", headStartMessages: [asked] }) };
  }

  it("is stored with the answer that it gave, and stays with it", async () => {
    const { chatId, messageId, harness } = await begin("words=2 all of it");
    await harness.sendHandover({
      ...{ isFinal: true, messageId: "a1" },
      partialAssistantMessage: [{ role: "assistant", content: [{ type: "text", text: "w1 w2" }] }],
    });
    await idle(chatId);
    const answer = await answerIn(chatId);
    expect(answer).toMatchObject({ id: "a1", metadata: { ...headStart, replyTo: messageId, usage } });
    expect(answer?.metadata).not.toHaveProperty("parts");
    expect(answer?.parts).toEqual([expect.objectContaining({ type: "text", text: "w1 w2" }), source]);
    for (const text of ["words=3 next", "words=4 and next"]) {
      await harness.sendMessage(question(text, text, (await answerIn(chatId))?.id ?? null));
      await idle(chatId);
      expect((await answerIn(chatId))?.metadata).toMatchObject({ replyTo: text, usage: { steps: 1 } });
    }
    expect((await agent.open(chatId)).messages[1]).toEqual(answer);
    await harness.close();
  });

  it("is added to what the agent takes for the rest", async () => {
    const { chatId, harness } = await begin("words=5 head of it");
    const content = [
      { type: "text", text: "w1" },
      { type: "tool-call", toolCallId: "call-1", toolName: "searchChats", input: { query: "Oslo" } },
      { type: "tool-approval-request", approvalId: "approve-1", toolCallId: "call-1" },
    ];
    await harness.sendHandover({
      ...{ isFinal: false, messageId: "a1" },
      partialAssistantMessage: [
        { role: "assistant", content },
        { role: "tool", content: [{ type: "tool-approval-response", approvalId: "approve-1", approved: true }] },
      ],
    });
    await idle(chatId);
    const { id, metadata, parts } = (await answerIn(chatId)) ?? {};
    expect(parts?.filter(({ type }) => type === "source-url")).toEqual([source]);
    expect(id).toBe("a1");
    expect(metadata?.createdAt).toBe(headStart.createdAt);
    expect(metadata?.usage?.steps).toBe(2);
    expect(metadata?.usage?.inputTokens).toBeGreaterThan(100);
    expect(metadata?.usage?.ms).toBeGreaterThanOrEqual(1000);
    expect(metadata?.tools?.["call-1"]?.ms).toEqual(expect.any(Number));
    await harness.close();
  });
});
