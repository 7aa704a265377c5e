import { type AnyOnStartAttemptHookFunction, lifecycleHooks } from "@trigger.dev/core/v3";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import * as chats from "../src/lib/server/chats.ts";
import { expectedAnswer } from "../tests/support/mock-openai.ts";
import { ownerId, question, startTestAgent, type TestAgent } from "../tests/support/agent.ts";

let agent: TestAgent;
/** What the platform calls when a run begins; the mock of it begins none. */
let onStartAttempt: AnyOnStartAttemptHookFunction | undefined;
beforeAll(async () => {
  const registered = vi.spyOn(lifecycleHooks, "registerTaskStartAttemptHook");
  agent = await startTestAgent();
  onStartAttempt = registered.mock.calls.find(([task]) => task === "chat")?.[1].fn;
});
afterAll(() => agent.stop());

const titled = (chatId: string, title: string) =>
  expect.poll(async () => (await agent.open(chatId)).chat.title, { interval: 5 }).toBe(title);
const idle = (chatId: string) =>
  expect.poll(async () => (await agent.open(chatId)).chat.status, { interval: 5 }).toBe("idle");
const asksFor = (text: string) => agent.model.titleRequests.filter(({ prompt }) => prompt === text).length;

it("is asked for once, beside the first answer, and not in the turns after it", async () => {
  const text = "words=9 title=Nine_words beside";
  const { chatId, question: asked, harness } = await agent.start(text);
  const release = agent.model.hold(text, 2);
  const turn = harness.sendMessage(asked);
  await titled(chatId, "Nine words");
  expect(await agent.open(chatId)).toMatchObject({ isRunning: true });
  release();
  await turn;
  await idle(chatId);
  await harness.sendMessage(question("q2", "words=3 title=Another after", null));
  await idle(chatId);
  await harness.close();
  const next = agent.run(chatId, { mode: "continuation", previousRunId: "run_before" });
  await next.sendMessage(question("q3", "words=3 title=A_third after", null));
  await idle(chatId);
  await next.close();
  expect([text, "words=3 title=Another after", "words=3 title=A_third after"].map(asksFor)).toEqual([1, 0, 0]);
  await titled(chatId, "Nine words");
});

it("keeps no turn waiting that has ended before it", async () => {
  const text = "words=3 title=Late thang";
  const { chatId, question: asked, harness } = await agent.start(text);
  await harness.sendMessage(asked);
  await idle(chatId);
  await harness.sendMessage(question("q2", "words=4 goes on", null));
  await idle(chatId);
  expect(asksFor(text)).toBe(1);
  await titled(chatId, text);
  await harness.close();
});

it("that is refused leaves the answer as it is", async () => {
  const text = "words=3 title=None tstatus=500";
  const { chatId, question: asked, harness } = await agent.start(text);
  await harness.sendMessage(asked);
  await idle(chatId);
  const { chat, messages } = await agent.open(chatId);
  expect(chat).toMatchObject({ title: text, statusDetail: null });
  expect(messages[1]?.parts).toContainEqual({ type: "text", text: expectedAnswer(3), state: "done" });
  expect(asksFor(text)).toBe(1);
  await harness.close();
});

it("is asked for while the run still waits for a head start, and not again when that is handed over", async () => {
  const text = "words=3 title=Ahead_of_it";
  const { chatId, messageId } = await chats.create(agent.db, { ownerId, text });
  const headStartMessages = [question(messageId, text, null)];
  expect(onStartAttempt).toBeDefined();
  await onStartAttempt?.({
    ...{ ctx: {} as never, task: "chat", signal: new AbortController().signal },
    payload: { trigger: "handover-prepare", chatId, headStartMessages },
  });
  await titled(chatId, "Ahead of it");
  const harness = agent.run(chatId, { mode: "handover-prepare", headStartMessages });
  await harness.sendHandover({
    isFinal: true,
    messageId: "answer-of-the-web",
    partialAssistantMessage: [{ role: "assistant", content: [{ type: "text", text: "from the web" }] }],
  });
  await idle(chatId);
  await harness.close();
  expect(asksFor(text)).toBe(1);
});

it("is asked for when the run of a first turn died before there was one", async () => {
  const text = "words=3 title=After_all";
  const { chatId, messageId } = await chats.create(agent.db, { ownerId, text });
  const harness = agent.run(chatId, { mode: "continuation", previousRunId: "run_dead" });
  harness.seedSessionInTail([question(messageId, text, null)]);
  harness.seedSessionOutPartial({ id: "partial", role: "assistant", parts: [{ type: "text", text: "w1 w2" }] });
  await idle(chatId);
  await titled(chatId, "After all");
  await harness.close();
});
