import type { UIMessage } from "ai";
import { afterAll, beforeAll, expect, it } from "vitest";
import { textOf } from "../src/lib/tools/message.ts";
import { expectedAnswer } from "../tests/support/mock-openai.ts";
import { ownerId, question, startTestAgent, type TestAgent } from "../tests/support/agent.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await startTestAgent();
});
afterAll(() => agent.stop());

const steer = (id: string, text: string, steers: string): UIMessage => ({
  ...question(id, text, steers),
  metadata: { after: steers, steers },
});

const idle = (chatId: string) =>
  expect.poll(async () => (await agent.open(chatId)).chat.status, { interval: 5 }).toBe("idle");
const said = (number: number) => agent.model.requests.at(number)?.messages.filter(({ role }) => role !== "system");
const requestsWith = (text: string) =>
  agent.model.requests.filter(({ messages }) => messages.some(({ content }) => content === text));

it("goes into the running turn at its next step, once, and is stored before the answer", async () => {
  const text = "words=4 tool=searchChats steered";
  const { chatId, question: asked, harness } = await agent.start(text);
  const release = agent.model.hold(text, 2);
  const turn = harness.sendMessage(asked);
  await expect.poll(() => agent.model.requests.at(-1)?.sent).toBe(2);
  await harness.sendPendingMessage(steer("s1", "words=3 in French", asked.id));
  release();
  await turn;
  await idle(chatId);

  expect(said(-1)?.map(({ role, content }) => [role, content])).toEqual([
    ["user", text],
    ["assistant", expectedAnswer(4)],
    ["tool", expect.any(String)],
    ["user", "words=3 in French"],
  ]);
  expect(requestsWith("words=3 in French")).toHaveLength(1);
  const { messages } = await agent.open(chatId);
  expect(messages.map(({ id, role }) => (role === "user" ? id : role))).toEqual([asked.id, "s1", "assistant"]);
  expect(messages[2]?.metadata).toMatchObject({ replyTo: asked.id });
  expect(messages[2]?.parts.map(({ type }) => type)).toEqual(
    expect.arrayContaining(["text", "tool-searchChats", "data-pending-message-injected"]),
  );

  // The next turn is told all of it once, in the order it happened.
  await harness.sendMessage(question("q2", "words=2 and then", messages[2]?.id ?? null));
  await idle(chatId);
  expect(said(-1)?.map(({ content }) => content)).toEqual([
    text,
    expectedAnswer(4),
    expect.any(String),
    "words=3 in French",
    expectedAnswer(3),
    "words=2 and then",
  ]);
  await harness.close();
});

it("becomes the next turn when the turn has no other step", async () => {
  const { chatId, question: asked, harness } = await agent.start("words=4 without a step");
  const release = agent.model.hold("words=4 without a step", 2);
  const turn = harness.sendMessage(asked);
  await expect.poll(() => agent.model.requests.at(-1)?.sent).toBe(2);
  await harness.sendPendingMessage(steer("late", "words=3 too late", asked.id));
  release();
  await turn;
  await expect.poll(async () => (await agent.open(chatId)).messages.length, { interval: 5 }).toBe(4);
  await idle(chatId);
  expect((await agent.open(chatId)).messages.map(textOf)).toEqual([
    "words=4 without a step",
    expectedAnswer(4),
    "words=3 too late",
    expectedAnswer(3),
  ]);
  expect(requestsWith("words=3 too late")).toHaveLength(1);
  await harness.close();
});

it.each<[string, (asked: string) => UIMessage]>([
  ["was not meant for it", (asked) => question("other", "words=2 other", asked)],
  ["was meant for another turn", () => steer("other", "words=2 other", "another-question")],
])("leaves what %s to the next turn", async (_which, message) => {
  const text = `words=2 tool=searchChats after=3 ${_which}`;
  const { chatId, question: asked, harness } = await agent.start(text);
  const release = agent.model.hold(text, 1);
  const turn = harness.sendMessage(asked);
  await expect.poll(() => agent.model.requests.at(-1)?.sent).toBe(1);
  await harness.sendPendingMessage(message(asked.id));
  release();
  await turn;
  await expect.poll(async () => (await agent.open(chatId)).messages.length, { interval: 5 }).toBe(4);
  await idle(chatId);
  expect((await agent.open(chatId)).messages.map(({ role }) => role)).toEqual([
    "user",
    "assistant",
    "user",
    "assistant",
  ]);
  await harness.close();
});

it("never gives the model what nobody may say, and stores none of it", async () => {
  const text = "words=2 tool=searchChats after=3 hostile";
  const { chatId, question: asked, harness } = await agent.start(text);
  const release = agent.model.hold(text, 1);
  const turn = harness.sendMessage(asked);
  await expect.poll(() => agent.model.requests.at(-1)?.sent).toBe(1);
  const hostile = steer("hostile", "words=2 hostile", asked.id);
  const file = { type: "file", url: "http://169.254.169.254/", mediaType: "text/plain" } as const;
  await harness.sendPendingMessage({ ...hostile, parts: [...hostile.parts, file] });
  release();
  await turn;
  await expect.poll(() => harness.allChunks.filter(({ type }) => type === "error").length, { interval: 5 }).toBe(1);
  expect(requestsWith("words=2 hostile")).toHaveLength(0);
  const stored = await agent.db.selectFrom("message").select("id").where("chat_id", "=", chatId).execute();
  expect(stored).toHaveLength(2);
  await harness.close();
});

it("is answered once when the run dies after it went in", async () => {
  const text = "words=4 tool=searchChats after=5 crash";
  const { chatId, question: asked, harness } = await agent.start(text);
  const release = agent.model.hold(text, 2);
  const turn = harness.sendMessage(asked);
  turn.catch(() => {});
  await expect.poll(() => agent.model.requests.at(-1)?.sent).toBe(2);
  const steered = steer("s1", "words=4 crash in French", asked.id);
  const releaseSteered = agent.model.hold("words=4 crash in French", 2);
  await harness.sendPendingMessage(steered);
  release();
  await expect.poll(() => requestsWith("words=4 crash in French")[0]?.sent).toBe(2);
  await agent.db.updateTable("chat").set({ run_id: "run_next" }).where("id", "=", chatId).execute();
  await harness.close();
  releaseSteered();

  const next = agent.run(chatId, { mode: "continuation", previousRunId: "run_test" });
  next.seedSessionInTail([asked, steered]);
  next.seedSessionOutPartial({ id: "partial", role: "assistant", parts: [{ type: "text", text: "w1 w2" }] });
  await expect
    .poll(async () => (await agent.open(chatId)).messages.filter(({ role }) => role === "user").length)
    .toBe(2);
  await idle(chatId);
  const { messages } = await agent.open(chatId);
  expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
  expect(messages.map(({ id }) => id)).toEqual([asked.id, expect.any(String), "s1", expect.any(String)]);
  await next.close();
});

it("finds what was said in the person's other chats", async () => {
  const other = await agent.start("words=2 say=Zugspitze about mountains");
  await other.harness.sendMessage(other.question);
  await idle(other.chatId);
  await other.harness.close();
  const { chatId, question: asked, harness } = await agent.start("words=0 tool=searchChats query=Zugspitze after=2");
  await harness.sendMessage(asked);
  await idle(chatId);
  const answer = (await agent.open(chatId)).messages[1];
  const call = answer?.parts.find((part) => part.type === "tool-searchChats");
  expect(call).toMatchObject({
    state: "output-available",
    output: { results: expect.arrayContaining([expect.objectContaining({ chatId: other.chatId, role: "assistant" })]) },
  });
  expect(JSON.stringify(call)).not.toContain(chatId);
  expect(ownerId).toBe("owner");
  await harness.close();
});
