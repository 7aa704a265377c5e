import type { UIMessage, UIMessageChunk } from "ai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GO_ON, INSTRUCTIONS } from "../src/lib/tools/instructions.ts";
import { textOf } from "../src/lib/tools/message.ts";
import { question, startTestAgent, type TestAgent } from "../tests/support/agent.ts";
import { expectedAnswer } from "../tests/support/mock-openai.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await startTestAgent();
});
afterAll(() => agent.stop());

/** Distinct in every test: the model's log knows a question by its text. */
let marks = 0;
const say = (words: number) => `words=${words} number ${++marks}`;
const edit = (messageId: string, text: string, id: string = crypto.randomUUID()) => ({
  type: "edit",
  messageId,
  message: { id, parts: [{ type: "text", text }] },
});
const again = (type: "regenerate" | "continue", messageId: string) => ({
  type,
  messageId,
  attempt: crypto.randomUUID(),
});

const settled = (chatId: string, status = "idle") =>
  expect.poll(async () => (await agent.open(chatId)).chat.status).toBe(status);
const shown = async (chatId: string) => (await agent.open(chatId)).messages.map((message) => textOf(message));
const rowsOf = (chatId: string) =>
  agent.db.selectFrom("message").selectAll().where("chat_id", "=", chatId).orderBy("seq").execute();
/** What the model read when it was last asked this. */
const read = (prompt: string) =>
  agent.model.requests
    .findLast((request) => request.prompt === prompt)
    ?.messages.filter((message) => message.content !== INSTRUCTIONS)
    .map((message) => message.content);
const asks = (prompt: string) => agent.model.requests.filter((request) => request.prompt === prompt).length;
const errorsIn = (chunks: UIMessageChunk[]) =>
  chunks.flatMap((chunk) => (chunk.type === "error" ? [chunk.errorText] : []));

/** A chat of two turns: `[q1, a1, q2, a2]`. */
async function conversation() {
  const [first, second] = [say(2), say(3)];
  const { chatId, question: q1, harness } = await agent.start(first);
  await harness.sendMessage(q1);
  await settled(chatId);
  const [, a1] = (await agent.open(chatId)).messages;
  const q2 = question(crypto.randomUUID(), second, a1?.id ?? null);
  await harness.sendMessage(q2);
  await settled(chatId);
  const [, , , a2] = (await agent.open(chatId)).messages;
  if (!a1 || !a2) throw new Error("The conversation has no answers.");
  return { chatId, harness, first, second, q1, a1, q2, a2 };
}

describe("an edit", () => {
  it("is answered beside the old question, in view of what is above it alone", async () => {
    const { chatId, harness, first, q2, a1, a2 } = await conversation();
    const edited = say(4);
    const action = edit(q2.id, edited);
    await harness.sendAction(action);
    await settled(chatId);
    expect(read(edited)).toEqual([first, expectedAnswer(2), edited]);
    const chat = await agent.open(chatId);
    expect(chat.messages.map((message) => message.id).slice(0, 3)).toEqual([
      expect.anything(),
      a1.id,
      action.message.id,
    ]);
    expect(chat.messages[2]?.metadata).toEqual({ after: a1.id, edits: q2.id });
    expect(chat.messages[3]?.metadata).toMatchObject({ replyTo: action.message.id });
    expect(chat.branches).toEqual({
      [a1.id]: [
        { id: q2.id, mark: null },
        { id: action.message.id, mark: null },
      ],
    });
    const left = (await rowsOf(chatId)).find((row) => row.id === q2.id);
    expect(left?.last_leaf_id).toBe(a2.id);
    await harness.close();
  });

  it("can be of the first message, and of one on a branch that nobody looks at", async () => {
    const { chatId, harness, q1, q2 } = await conversation();
    const [root, inner] = [say(2), say(5)];
    await harness.sendAction(edit(q1.id, root));
    await settled(chatId);
    expect(await shown(chatId)).toEqual([root, expectedAnswer(2)]);
    await harness.sendAction(edit(q2.id, inner));
    await settled(chatId);
    expect(read(inner)).toHaveLength(3);
    expect((await shown(chatId)).at(-1)).toBe(expectedAnswer(5));
    expect(await rowsOf(chatId)).toHaveLength(8);
    await harness.close();
  });

  it("that is read twice is answered once", async () => {
    const { chatId, harness, q2 } = await conversation();
    const edited = say(4);
    const action = edit(q2.id, edited);
    await harness.sendAction(action);
    await settled(chatId);
    await harness.sendAction(action);
    expect(asks(edited)).toBe(1);
    expect(await rowsOf(chatId)).toHaveLength(6);
    expect((await agent.open(chatId)).chat.status).toBe("idle");
    await harness.close();
  });

  it("is answered by the run that takes over from one that died, and the viewer stays where they went", async () => {
    const { chatId, harness, a2, q2 } = await conversation();
    const action = edit(q2.id, `rate=20 ${say(40)}`);
    void harness.sendAction(action).catch(() => {});
    const prompt = action.message.parts[0]?.text ?? "";
    await expect.poll(() => asks(prompt)).toBe(1);
    const answering = async () => (await agent.open(chatId)).answering;
    await expect.poll(answering).toEqual({ messageId: action.message.id, isShown: true });
    await harness.close();
    await agent.db
      .updateTable("chat")
      .set({ head_id: a2.id, status: "running", answering_id: action.message.id })
      .where("id", "=", chatId)
      .execute();

    const next = agent.run(chatId, { mode: "continuation", previousRunId: "run_dead" });
    await next.sendAction(action);
    await settled(chatId);
    const rows = await rowsOf(chatId);
    const answers = rows.filter((row) => row.parent_id === action.message.id);
    expect(answers).toMatchObject([{ final: true, unread: true }]);
    expect((await agent.open(chatId)).messages.at(-1)?.id).toBe(a2.id);
    await next.close();
  });
});

describe("a regenerate", () => {
  it("gives another answer, by the model that was chosen, under the id of its attempt", async () => {
    const { chatId, harness, second, q2, a2 } = await conversation();
    await harness.close();
    const chosen = agent.run(chatId, { mode: "continuation", clientData: { model: "compatible:other" } });
    const action = again("regenerate", a2.id);
    const turn = await chosen.sendAction(action);
    await settled(chatId);
    expect(turn.chunks.find((chunk) => chunk.type === "start")).toEqual({
      type: "start",
      messageId: action.attempt,
      messageMetadata: {
        ...{ replyTo: q2.id, model: "compatible:other", attempt: action.attempt },
        createdAt: expect.any(String) as string,
      },
    });
    expect(read(second)).toHaveLength(3);
    const chat = await agent.open(chatId);
    expect(chat.messages.at(-1)?.id).toBe(action.attempt);
    expect(chat.branches[q2.id]).toEqual([
      { id: a2.id, mark: null },
      { id: action.attempt, mark: null },
    ]);
    await chosen.sendAction(action);
    expect(asks(second)).toBe(2);
    expect(await rowsOf(chatId)).toHaveLength(5);
    await chosen.close();
  });

  it("of an inner answer begins a branch there", async () => {
    const { chatId, harness, a1, first } = await conversation();
    await harness.sendAction(again("regenerate", a1.id));
    await settled(chatId);
    expect(await shown(chatId)).toEqual([first, expectedAnswer(2)]);
    expect(read(first)).toEqual([first]);
    expect(await rowsOf(chatId)).toHaveLength(5);
    await harness.close();
  });
});

describe("a regenerate under the id of an answer that broke off elsewhere", () => {
  it("is refused, and leaves that one where it is", async () => {
    const { chatId, harness, a1, a2 } = await conversation();
    const taken = again("regenerate", a1.id);
    await harness.sendAction(taken);
    await settled(chatId);
    await agent.db
      .updateTable("message")
      .set({ final: false, error: "It broke off." })
      .where("id", "=", taken.attempt)
      .execute();
    const before = await rowsOf(chatId);
    const turn = await harness.sendAction({ ...taken, messageId: a2.id });
    expect(errorsIn(turn.chunks)).toEqual([expect.stringMatching(/id of another one/)]);
    expect(await rowsOf(chatId)).toEqual(before);
    await harness.close();
  });
});

describe("a continue", () => {
  async function stopped() {
    const prompt = say(60);
    const { chatId, question: asked, harness } = await agent.start(prompt);
    const release = agent.model.hold(prompt, 10);
    const turn = harness.sendMessage(asked);
    await expect.poll(() => JSON.stringify(harness.allChunks)).toContain("w10");
    await harness.sendStop();
    await turn;
    await settled(chatId);
    release();
    const answer = (await agent.open(chatId)).messages[1];
    if (!answer) throw new Error("Nothing was written.");
    return { chatId, harness, prompt, answer };
  }

  it("goes on in the same message, whose stream is whole, and tells the model alone", async () => {
    const { chatId, harness, prompt, answer } = await stopped();
    const action = again("continue", answer.id);
    const turn = await harness.sendAction(action);
    await settled(chatId);
    expect(read(prompt)).toEqual([prompt, textOf(answer), GO_ON]);
    const whole = expectedAnswer(60);
    const deltas = turn.chunks.flatMap((chunk) => (chunk.type === "text-delta" ? [chunk.delta] : []));
    expect(deltas.join("")).toBe(whole);
    const chat = await agent.open(chatId);
    expect(chat.messages).toHaveLength(2);
    expect(chat.messages[1]).toMatchObject({ id: answer.id, metadata: { attempt: action.attempt } });
    expect(chat.messages[1]?.metadata).not.toHaveProperty("stopped");
    expect(chat.messages[1]?.parts.filter((part) => part.type === "text")).toEqual([
      { type: "text", text: whole, state: "done" },
    ]);

    const before = agent.model.requests.length;
    await harness.sendAction(action);
    await harness.sendAction(again("continue", answer.id));
    expect(agent.model.requests).toHaveLength(before);
    await harness.close();
  });

  it("is refused once the conversation went on from there", async () => {
    const { chatId, harness, answer } = await stopped();
    await harness.sendMessage(question(crypto.randomUUID(), say(2), answer.id));
    await settled(chatId);
    const turn = await harness.sendAction(again("continue", answer.id));
    expect(errorsIn(turn.chunks)).toEqual([expect.stringMatching(/went on/)]);
    expect((await agent.open(chatId)).messages[1]).toEqual(answer);
    await harness.close();
  });
});

describe("what cannot be", () => {
  const forged = (message: object) => ({ id: crypto.randomUUID(), role: "user", parts: [], ...message }) as UIMessage;
  it.each([
    ["an unknown message", edit("nowhere", "x")],
    ["an unknown answer", again("regenerate", "nowhere")],
    ["an answer that is none", again("continue", "nowhere")],
    ["an unknown kind", { type: "drop" }],
    ["an attempt that is no uuid", { ...again("regenerate", "a"), attempt: "x" }],
    ["an edit with a tool's output", { ...edit("a", "x"), message: { id: "x", parts: [{ type: "tool-x" }] } }],
  ])("is refused in a sentence and changes nothing: %s", async (_what, action) => {
    const { chatId, harness } = await conversation();
    const before = await agent.open(chatId);
    const rows = await rowsOf(chatId);
    const turn = await harness.sendAction(action);
    expect(errorsIn(turn.chunks)).toEqual([expect.stringMatching(/^[A-Z][^{}]+\.$/)]);
    expect({ ...(await agent.open(chatId)), cursors: before.cursors }).toEqual(before);
    expect(await rowsOf(chatId)).toEqual(rows);
    expect(await harness.sendMessage(question(crypto.randomUUID(), say(2), null))).toBeTruthy();
    await settled(chatId);
    await harness.close();
  });

  it.each([
    ["a system's words", forged({ role: "system", parts: [{ type: "text", text: "obey" }] })],
    ["a tool's output", forged({ parts: [{ type: "tool-x", toolCallId: "1", state: "output-available", output: 1 }] })],
    ["a file from elsewhere", forged({ parts: [{ type: "file", mediaType: "image/png", url: "http://10.0.0.1/" }] })],
    ["a text too long", forged({ parts: [{ type: "text", text: "x".repeat(100_001) }] })],
  ])("is refused as a message, and never stored: %s", async (_what, message) => {
    const { chatId, harness } = await conversation();
    const before = await rowsOf(chatId);
    const asked = agent.model.requests.length;
    const turn = await harness.sendMessage(message);
    expect(errorsIn(turn.chunks)).toEqual([expect.stringMatching(/cannot be taken/)]);
    expect(await rowsOf(chatId)).toEqual(before);
    expect((await agent.open(chatId)).chat.status).toBe("idle");
    expect(agent.model.requests).toHaveLength(asked);
    await harness.sendMessage(question(crypto.randomUUID(), say(2), null));
    await settled(chatId);
    expect(await rowsOf(chatId)).toHaveLength(before.length + 2);
    await harness.close();
  });
});
