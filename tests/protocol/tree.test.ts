import { fileURLToPath } from "node:url";
import type { UIMessageChunk } from "ai";
import type { Kysely } from "kysely";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as chats from "../../src/lib/server/chats.ts";
import * as conversation from "../../src/lib/server/conversation.ts";
import { createDb, type Database } from "../../src/lib/server/db/index.ts";
import * as forks from "../../src/lib/server/forks.ts";
import { claimAndStart } from "../../src/lib/server/head-start.ts";
import * as heads from "../../src/lib/server/heads.ts";
import { createRealtime } from "../../src/lib/server/realtime.ts";
import type { Services } from "../../src/lib/server/services.ts";
import { GO_ON, INSTRUCTIONS } from "../../src/lib/tools/instructions.ts";
import { textOf } from "../../src/lib/tools/message.ts";
import { addPeople } from "../support/people.ts";
import { expectedAnswer, startMockOpenAI, type MockOpenAI } from "../support/mock-openai.ts";
import { Conversation } from "./conversation.ts";
import { secretKey, startRig, type Rig } from "./harness.ts";

const ownerId = "ada";
const project = fileURLToPath(new URL("../..", import.meta.url));
let model: MockOpenAI;
let rig: Rig;
let db: Kysely<Database>;

// The app's own agent, built and run by the real CLI on the real engine.
beforeAll(async () => {
  model = await startMockOpenAI();
  rig = await startRig({
    OPENAI_COMPATIBLE_BASE_URL: model.url,
    OPENAI_COMPATIBLE_API_KEY: "sk-ours",
    OPENAI_COMPATIBLE_MODELS: "numbered",
  });
  db = createDb(rig.databaseUrl);
  await addPeople(db, ownerId);
  await rig.startWorker(project);
});
afterAll(async () => {
  await db.destroy();
  await rig.stop();
  await model.close();
});

let marks = 0;
const say = (words = 3) => `words=${words} number ${++marks}`;
/** What the model was given each time it was asked this. */
const given = (prompt: string) =>
  model.requests
    .filter((request) => request.prompt === prompt)
    .map((request) => request.messages.map(({ content }) => content).filter((text) => text !== INSTRUCTIONS));

const realtime = () => createRealtime({ secretKey, apiUrl: rig.url } as Parameters<typeof createRealtime>[0]);

/** A chat of the app as its page drives it, with the SDK's transport. */
class Page {
  readonly chatId: string;
  readonly wire: Conversation;

  constructor(chatId: string) {
    this.chatId = chatId;
    this.wire = new Conversation(rig.url, { task: "chat", id: chatId });
  }

  static async open(): Promise<Page> {
    const text = say();
    const { chatId, messageId } = await chats.create(db, { ownerId, text });
    await db.updateTable("chat").set({ first_turn: "done" }).where("id", "=", chatId).execute();
    await realtime().ensureRun({ chatId, ownerId, model: null });
    const page = new Page(chatId);
    await drain(await page.wire.send(text, messageId));
    await page.settled();
    return page;
  }

  get which() {
    return { ownerId, chatId: this.chatId };
  }

  async read() {
    const opened = await conversation.open(db, this.which);
    if (!opened) throw new Error("The chat is gone.");
    return opened;
  }

  async settled() {
    await expect.poll(async () => (await this.read()).chat.status, { timeout: 60_000 }).toBe("idle");
  }

  async shown() {
    return (await this.read()).messages.map((message) => textOf(message));
  }

  async last() {
    const message = (await this.read()).messages.at(-1);
    if (!message) throw new Error("Nothing is shown.");
    return message;
  }

  /** Resolves when the engine has it; the stream is read elsewhere, or not at all. */
  async act(action: object) {
    return (await this.wire.transport.sendAction(this.chatId, action)) as unknown as AsyncIterable<UIMessageChunk>;
  }

  async ask(text: string) {
    await drain(await this.wire.send(text));
    await this.settled();
  }

  rows() {
    return db.selectFrom("message").selectAll().where("chat_id", "=", this.chatId).orderBy("seq").execute();
  }

  async answersTo(parentId: string) {
    return (await this.rows()).filter((row) => row.parent_id === parentId && row.role === "assistant");
  }

  /** The question `back` exchanges before the end. */
  async question(back = 0) {
    const questions = (await this.read()).messages.filter((message) => message.role === "user");
    const found = questions.at(-1 - back);
    if (!found) throw new Error("There is no such question.");
    return found;
  }
}

async function drain(chunks: AsyncIterable<UIMessageChunk>) {
  for await (const chunk of chunks) if (chunk.type === "error") throw new Error(chunk.errorText);
}

const edit = (messageId: string, text: string) => ({
  type: "edit",
  messageId,
  message: { id: crypto.randomUUID(), parts: [{ type: "text", text }] },
});
const again = (type: "regenerate" | "continue", messageId: string) => ({
  type,
  messageId,
  attempt: crypto.randomUUID(),
});
const isAt = (prompt: string, word: number, times = 1) =>
  expect
    .poll(() => model.requests.filter((request) => request.prompt === prompt)[times - 1]?.sent, { timeout: 60_000 })
    .toBe(word);
const killRuns = () => {
  for (const pid of rig.runPids()) process.kill(pid, "SIGKILL");
};

describe("the tree of a chat", () => {
  let page: Page;
  beforeEach(async () => {
    page = await Page.open();
  });

  it("has an edit and another answer beside what they came from", async () => {
    await page.ask(say());
    const [old, edited] = [await page.question(), say(4)];
    const action = edit(old.id, edited);
    await drain(await page.act(action));
    await page.settled();
    expect((await page.shown()).slice(-2)).toEqual([edited, expectedAnswer(4)]);
    const answer = await page.last();
    const other = again("regenerate", answer.id);
    await drain(await page.act(other));
    await page.settled();
    expect((await page.read()).branches[action.message.id]).toEqual([
      { id: answer.id, mark: null },
      { id: other.attempt, mark: null },
    ]);
    expect(given(edited).map((context) => context.length)).toEqual([3, 3]);
    expect(await page.rows()).toHaveLength(7);
  });

  it("gets the answer to an edit on its own branch, once, when the run is killed, wherever people look", async () => {
    await page.ask(say());
    const [old, edited] = [await page.question(), say(9)];
    const release = model.hold(edited, 4);
    const action = edit(old.id, edited);
    await page.act(action);
    await isAt(edited, 4);
    const above = (await page.read()).messages.at(-2);
    await heads.visit(db, page.which, { parentId: above?.id ?? null, id: old.id });
    const before = await page.shown();
    killRuns();
    release();
    await page.settled();
    expect(await page.answersTo(action.message.id)).toMatchObject([{ final: true, unread: true }]);
    expect(textOf((await page.answersTo(action.message.id))[0] ?? { parts: [] })).toBe(expectedAnswer(9));
    expect(await page.shown()).toEqual(before);
    expect(given(edited)).toHaveLength(2);
    expect(given(edited)[1]).toEqual(given(edited)[0]);
  });

  it("gets another answer once when the run is killed in it", async () => {
    const [answer, question] = [await page.last(), await page.question()];
    const prompt = textOf(question);
    const release = model.hold(prompt, 2);
    const action = again("regenerate", answer.id);
    await page.act(action);
    await isAt(prompt, 2, 2);
    killRuns();
    release();
    await page.settled();
    expect((await page.answersTo(question.id)).map((row) => row.id)).toEqual([answer.id, action.attempt]);
    expect(given(prompt)).toHaveLength(3);
    expect((await page.last()).id).toBe(action.attempt);
  });

  it("keeps a stopped answer beside the edit that was sent with the stop", async () => {
    const [slow, edited] = [say(30), say(4)];
    const release = model.hold(slow, 5);
    await page.wire.send(slow);
    await isAt(slow, 5);
    await expect.poll(async () => textOf(await page.question())).toBe(slow);
    const old = await page.question();
    await page.wire.transport.stopGeneration(page.chatId);
    const action = edit(old.id, edited);
    await page.act(action);
    await expect.poll(() => page.answersTo(action.message.id), { timeout: 30_000 }).toHaveLength(1);
    await page.settled();
    release();
    expect((await page.shown()).slice(-2)).toEqual([edited, expectedAnswer(4)]);
    expect(await page.answersTo(old.id)).toMatchObject([{ stopped: true, final: false }]);
    expect(given(edited)).toEqual([[...(await page.shown()).slice(0, -1)]]);
  });

  it("answers two edits that are sent at once, one after the other, and shows the second", async () => {
    const old = await page.question();
    const texts = [say(2), say(5)];
    const actions = texts.map((text) => edit(old.id, text));
    for (const action of actions) await page.act(action);
    for (const action of actions)
      await expect.poll(() => page.answersTo(action.message.id), { timeout: 30_000 }).toHaveLength(1);
    await page.settled();
    expect(await page.shown()).toEqual([texts[1], expectedAnswer(5)]);
    expect((await page.read()).branches[""]).toHaveLength(3);
    expect(texts.map((text) => given(text))).toEqual([[[texts[0]]], [[texts[1]]]]);
  });

  it("continues a stopped answer in its own message, also when the run is killed in it", async () => {
    const slow = say(30);
    const release = model.hold(slow, 5);
    await page.wire.send(slow);
    await isAt(slow, 5);
    await page.wire.transport.stopGeneration(page.chatId);
    await expect.poll(async () => (await page.last()).metadata?.stopped, { timeout: 30_000 }).toBe(true);
    release();
    const stopped = await page.last();
    const held = model.hold(slow, 8);
    await page.act(again("continue", stopped.id));
    await isAt(slow, 8, 2);
    killRuns();
    held();
    await expect.poll(async () => (await page.last()).metadata?.stopped, { timeout: 60_000 }).toBeUndefined();
    await page.settled();
    expect(await page.last()).toMatchObject({ id: stopped.id });
    expect(textOf(await page.last())).toBe(expectedAnswer(30));
    expect(given(slow).slice(1)).toEqual(Array(2).fill([...(await page.shown()).slice(0, -1), textOf(stopped), GO_ON]));
  });

  it("goes on in a fork, also when the run is killed in the first thing that is asked for there", async () => {
    const [answer, question] = [await page.last(), await page.question()];
    const prompt = textOf(question);
    const fork = new Page((await forks.create(db, { ...page.which, messageId: answer.id }))?.chatId ?? "");
    const asked = given(prompt).length;
    await realtime().ensureRun({ chatId: fork.chatId, ownerId, model: null });
    const release = model.hold(prompt, 2);
    const action = again("regenerate", answer.id);
    await fork.act(action);
    await isAt(prompt, 2, asked + 1);
    await expect.poll(async () => (await fork.read()).answering?.messageId).toBe(question.id);
    killRuns();
    release();
    await fork.settled();
    expect((await fork.answersTo(question.id)).map((row) => row.id)).toEqual([answer.id, action.attempt]);
    expect(await page.rows()).toHaveLength(2);
  });

  it("answers the question that a fork ends with, in view of the conversation above it", async () => {
    const text = say();
    await page.ask(text);
    const fork = await forks.create(db, { ...page.which, messageId: (await page.question()).id });
    const services = { db, realtime: realtime(), log: pino({ level: "silent" }) } as Services;
    const started = new Page(fork?.chatId ?? "");
    expect(await claimAndStart(services, started.which)).toBe("started");
    await started.settled();
    expect(await started.shown()).toEqual(await page.shown());
    expect(given(text)).toEqual(Array(2).fill((await page.shown()).slice(0, -1)));
  });

  // The check of the SDK's page on branching conversations, each question on a fresh run.
  it("keeps its branches apart in fresh runs", async () => {
    await page.ask(`${say(2)} The destination is Oslo.`);
    const fork = await page.last();
    await page.ask(`${say(2)} The destination is Tokyo.`);
    const tokyo = await page.question();
    await heads.undo(db, page.which, tokyo.id);
    const asked = async (city: string, other: string) => {
      killRuns();
      const text = `${say(2)} Which destination?`;
      await page.ask(text);
      expect((await page.shown()).at(-2)).toBe(text);
      const context = given(text);
      expect(context).toEqual([(await page.shown()).slice(0, -1)]);
      expect(JSON.stringify(context)).toContain(city);
      if (other) expect(JSON.stringify(context)).not.toContain(other);
    };
    await asked("Oslo", "Tokyo");
    await heads.visit(db, page.which, { parentId: fork.id, id: tokyo.id });
    await asked("Tokyo", "");
    expect((await page.read()).branches[fork.id]).toHaveLength(2);
  });
});
