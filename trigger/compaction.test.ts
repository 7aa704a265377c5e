import { mockChatAgent, type MockChatAgentHarness } from "@trigger.dev/sdk/ai/test";
import type { UIMessage } from "ai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as chats from "../src/lib/server/chats.ts";
import * as conversation from "../src/lib/server/conversation.ts";
import * as forks from "../src/lib/server/forks.ts";
import { jsonb } from "../src/lib/server/jsonb.ts";
import { SUMMARY_LEAD } from "../src/lib/server/models/index.ts";
import type { ChatAction } from "../src/lib/tools/actions.ts";
import { GO_ON } from "../src/lib/tools/instructions.ts";
import { expectedAnswer, expectedSummary, startMockOpenAI, type MockOpenAI } from "../tests/support/mock-openai.ts";
import { openTestDb } from "../tests/support/test-db.ts";

const ownerId = "owner";
const { database, db } = await openTestDb(ownerId);
let model: MockOpenAI;
let agent: { id: string };

beforeAll(async () => {
  model = await startMockOpenAI();
  Object.assign(process.env, {
    DATABASE_URL: database.url,
    TRIGGER_SECRET_KEY: "tr_skein_test",
    OPENAI_COMPATIBLE_BASE_URL: model.url,
    OPENAI_COMPATIBLE_MODELS: "numbered",
    OPENAI_COMPATIBLE_CONTEXT_WINDOW: "1000",
  });
  ({ chatAgent: agent } = await import("./chat.ts"));
  // With a key the runtime would ask Trigger.dev for tokens.
  delete process.env.TRIGGER_SECRET_KEY;
});
afterAll(async () => {
  await model.close();
});

/** What makes a turn too long for what comes after it. */
const full = "tokens=900";
const answer = expectedAnswer(3);
const toolPart = {
  ...{ type: "dynamic-tool", toolName: "weather", toolCallId: "call" },
  ...{ state: "output-available", input: { at: "Rome" }, output: "sunny" },
};
const summary = (words: number) => `${SUMMARY_LEAD}\n\n${expectedSummary(words)}`;

/** A conversation, spoken to by whichever run there is. */
class Talk {
  chatId = "";
  readonly #mark = crypto.randomUUID().slice(0, 8);
  #harness: MockChatAgentHarness | undefined;
  #asked = 0;

  /** Asks one question after the other, each after the answer to the one before. Returns their texts. */
  async ask(...scripts: string[]): Promise<string[]> {
    const texts: string[] = [];
    for (const script of scripts) {
      const text = `words=3 ${script} #${this.#mark}-${++this.#asked}`;
      const created = this.chatId === "" ? await chats.create(db, { ownerId, text }) : undefined;
      this.chatId = created?.chatId ?? this.chatId;
      this.#harness ??= mockChatAgent(agent, { chatId: this.chatId, clientData: {} });
      const id = created?.messageId ?? crypto.randomUUID();
      const question: UIMessage = { id, role: "user", metadata: {}, parts: [{ type: "text", text }] };
      await this.#harness.sendMessage(question);
      await this.settled();
      texts.push(text);
    }
    return texts;
  }

  /** Edits a message that was sent. Returns the new text. */
  async edit(messageId: string, script: string): Promise<string> {
    const text = `words=3 ${script} #${this.#mark}-${++this.#asked}`;
    await this.act({ type: "edit", messageId, message: { id: crypto.randomUUID(), parts: [{ type: "text", text }] } });
    return text;
  }

  async act(action: ChatAction) {
    await this.#harness?.sendAction(action);
    await this.settled();
  }

  /** The conversation of a chat that is there already. */
  static of(chatId: string): Talk {
    const talk = new Talk();
    talk.chatId = chatId;
    return talk;
  }

  async settled() {
    await expect.poll(async () => (await this.page()).chat.status).not.toBe("running");
  }

  async page() {
    const opened = await conversation.open(db, { ownerId, chatId: this.chatId });
    if (!opened) throw new Error("the chat is gone");
    return opened;
  }

  /** The summary that the page shows, by the place of its message. */
  async dividers() {
    const { messages } = await this.page();
    return messages.flatMap(({ metadata }, at) => (metadata?.compaction ? [{ at, ...metadata.compaction }] : []));
  }

  async until({ at, words }: { at: number; words: number }) {
    const expected = [{ at, summary: expectedSummary(words), messages: at + 1 }];
    await expect.poll(() => this.dividers(), { timeout: 10_000 }).toEqual(expected);
  }

  async ids() {
    return (await this.page()).messages.map((message) => message.id);
  }

  async moveHead(to: string | null) {
    await db.updateTable("chat").set({ head_id: to }).where("id", "=", this.chatId).execute();
  }

  async anotherRun() {
    await this.end();
    const before = { mode: "continuation", previousRunId: "run_before" } as const;
    this.#harness = mockChatAgent(agent, { chatId: this.chatId, clientData: {}, ...before });
  }

  async end() {
    await this.#harness?.close();
  }

  summaryRequests() {
    return model.requests.filter(({ isSummary, prompt }) => isSummary && prompt.includes(this.#mark));
  }
}

/** What the model was told for a question, without our instructions. */
const told = (question: string | undefined) =>
  model.requests
    .filter((request) => !request.isSummary && request.prompt === question)
    .map(({ messages }) => messages.filter(({ role }) => role !== "system").map(({ content }) => content));

describe("a conversation that is nearly too long for the model", () => {
  it("is told as a summary and its last exchanges, from the next turn on, and shown as it was", async () => {
    const talk = new Talk();
    const [q1, q2, q3] = await talk.ask("swords=4", "", full);
    await talk.until({ at: 1, words: 4 });
    expect(talk.summaryRequests().map(({ prompt }) => prompt)).toEqual([`Person: ${q1}\n\nAssistant: ${answer}`]);
    expect(told(q3)).toEqual([[q1, answer, q2, answer, q3]]);

    const [q4] = await talk.ask("");
    expect(told(q4)).toEqual([[summary(4), q2, answer, q3, answer, q4]]);
    const { messages } = await talk.page();
    expect(messages.map(({ parts }) => parts.map((part) => ("text" in part ? part.text : "")).join(""))).toEqual(
      [q1, q2, q3, q4].flatMap((question) => [question, answer]),
    );
    const stored = await db.selectFrom("message").select("metadata").where("chat_id", "=", talk.chatId).execute();
    expect(JSON.stringify(stored)).not.toContain("compaction");

    await talk.anotherRun();
    const [q5] = await talk.ask("");
    expect(told(q5)).toEqual([[summary(4), q2, answer, q3, answer, q4, answer, q5]]);
    await talk.end();
  });

  it("is summarised again on top of the summary, which stays for who forks above", async () => {
    const talk = new Talk();
    const [, q2] = await talk.ask("swords=4", "swords=6", full);
    await talk.until({ at: 1, words: 4 });
    const [q4] = await talk.ask(full);
    await talk.until({ at: 3, words: 6 });
    expect(talk.summaryRequests()[1]?.prompt).toBe(
      `Summary of what came before: ${expectedSummary(4)}\n\nPerson: ${q2}\n\nAssistant: ${answer}`,
    );
    const [q5] = await talk.ask("");
    expect(told(q5)[0]?.slice(0, 1)).toEqual([summary(6)]);
    expect(told(q5)[0]?.slice(-3)).toEqual([q4, answer, q5]);

    const [, a1 = ""] = await talk.ids();
    await talk.moveHead(a1);
    const [fork] = await talk.ask("");
    expect(told(fork)).toEqual([[summary(4), fork]]);
    await talk.until({ at: 1, words: 4 });
    await talk.end();
  });

  it("is measured by its text when the provider counts nothing", async () => {
    const talk = new Talk();
    await talk.ask("swords=4 nousage", "nousage");
    await talk.ask(`nousage ${"long ".repeat(700)}`);
    await talk.until({ at: 1, words: 4 });
    await talk.end();
  });

  it("keeps every tool's result with its call", async () => {
    const talk = new Talk();
    const [q1, q2] = await talk.ask("swords=4", "");
    await db
      .updateTable("message")
      .set({ parts: jsonb([toolPart, { type: "step-start" }, { type: "text", text: answer }]) })
      .where("chat_id", "=", talk.chatId)
      .where("role", "=", "assistant")
      .execute();
    const [q3] = await talk.ask(full);
    await talk.until({ at: 1, words: 4 });
    expect(talk.summaryRequests()[0]?.prompt).toBe(
      `Person: ${q1}\n\nAssistant: [tool weather: {"at":"Rome"} → "sunny"]\n${answer}`,
    );
    const [q4] = await talk.ask("");
    const request = model.requests.find(({ isSummary, prompt }) => !isSummary && prompt === q4);
    expect(request?.messages.slice(1).map(({ role, content }) => [role, content])).toEqual([
      ...[
        ["user", summary(4)],
        ["user", q2],
        ["assistant", ""],
        ["tool", "sunny"],
        ["assistant", answer],
      ],
      ...[
        ["user", q3],
        ["assistant", answer],
        ["user", q4],
      ],
    ]);
    await talk.end();
  });

  it("is left alone while it is short or not full", async () => {
    const talk = new Talk();
    await talk.ask(full, full, "tokens=799");
    expect(talk.summaryRequests()).toEqual([]);
    expect(await talk.dividers()).toEqual([]);
    await talk.end();
  });
});

describe("the branches of a summarised conversation", () => {
  it("see the summary below it, and never above it", async () => {
    const talk = new Talk();
    const [q1, q2, q3, q4] = await talk.ask("swords=4", "swords=6", "", full);
    await talk.until({ at: 3, words: 6 });
    const [u1 = "", a1 = "", , a2 = "", u3 = "", a3 = ""] = await talk.ids();
    const askAt = async (head: string | null) => {
      await talk.moveHead(head);
      const [question] = await talk.ask("");
      return { question, told: told(question)[0] };
    };

    const below = await askAt(a3);
    expect(below.told).toEqual([summary(6), q3, answer, below.question]);
    const right = await askAt(a2);
    expect(right.told).toEqual([summary(6), right.question]);
    const above = await askAt(a1);
    expect(above.told).toEqual([q1, answer, above.question]);
    expect(await talk.dividers()).toEqual([]);
    const root = await askAt(null);
    expect(root.told).toEqual([root.question]);

    // And back, in this run and in another.
    await talk.moveHead(u3);
    await talk.anotherRun();
    const back = await askAt(a3);
    expect(back.told).toEqual([summary(6), q3, answer, back.question]);
    expect(await talk.dividers()).toHaveLength(1);
    expect([u1, q2, q4]).not.toContain(undefined);
    await talk.end();
  });

  it("have summaries of their own", async () => {
    const talk = new Talk();
    await talk.ask("swords=4", "swords=6", "", full);
    await talk.until({ at: 3, words: 6 });
    const [, a1 = "", , , , , , a4 = ""] = await talk.ids();
    await talk.moveHead(a1);
    const [, q3b, q4b] = await talk.ask("swords=7", "", full);
    await talk.until({ at: 3, words: 7 });
    const [q5b] = await talk.ask("");
    expect(told(q5b)).toEqual([[summary(7), q3b, answer, q4b, answer, q5b]]);
    await talk.moveHead(a4);
    await talk.until({ at: 3, words: 6 });
    await talk.end();
  });
});

describe("what is done to a summarised conversation", () => {
  it("is an edit: the model is told the summary if the message is below it", async () => {
    const talk = new Talk();
    const [q1, q2, q3] = await talk.ask("swords=4", "swords=6", "", full);
    await talk.until({ at: 3, words: 6 });
    const [u1 = "", , u2 = "", , u3 = "", a3 = "", u4 = "", a4 = ""] = await talk.ids();

    const below = await talk.edit(u4, "");
    expect(told(below)).toEqual([[summary(6), q3, answer, below]]);
    const right = await talk.edit(u3, "");
    expect(told(right)).toEqual([[summary(6), right]]);
    const above = await talk.edit(u2, "");
    expect(told(above)).toEqual([[q1, answer, above]]);
    expect(await talk.dividers()).toEqual([]);
    const root = await talk.edit(u1, "");
    expect(told(root)).toEqual([[root]]);
    expect(q2).not.toBe(above);

    await talk.moveHead(a4);
    await talk.until({ at: 3, words: 6 });
    expect((await talk.ids())[5]).toBe(a3);
    await talk.end();
  });

  it("is an answer that goes on: the model is told so after all that it is told", async () => {
    const talk = new Talk();
    const [, q2, q3] = await talk.ask("swords=4", "", full);
    await talk.until({ at: 1, words: 4 });
    const messageId = (await talk.ids()).at(-1) ?? "";
    const stopped = { final: false, stopped: true };
    await db.updateTable("message").set(stopped).where("id", "=", messageId).execute();
    await talk.act({ type: "continue", messageId, attempt: crypto.randomUUID() });
    expect(told(q3)[1]).toEqual([summary(4), q2, answer, q3, answer, GO_ON]);
    await talk.end();
  });

  it("is a fork: it takes the summary along", async () => {
    const talk = new Talk();
    const [, q2, q3] = await talk.ask("swords=4", "", full);
    await talk.until({ at: 1, words: 4 });
    const [, , , a2 = "", , a3 = ""] = await talk.ids();
    await talk.end();
    for (const [messageId, then] of [
      [a2, []],
      [a3, [q3, answer]],
    ] as const) {
      const fork = Talk.of((await forks.create(db, { ownerId, chatId: talk.chatId, messageId }))?.chatId ?? "");
      expect(await fork.dividers()).toMatchObject([{ at: 1, messages: 2 }]);
      const [question] = await fork.ask("");
      expect(told(question)).toEqual([[summary(4), q2, answer, ...then, question]]);
      await fork.end();
    }
  });
});

describe("a summary that fails", () => {
  it("fails nothing else, and is tried again after the next turn", async () => {
    const talk = new Talk();
    const [q1, q2, q3] = await talk.ask("sstatus=500", "sstatus=200 swords=4", full);
    await expect.poll(() => talk.summaryRequests().length).toBe(1);
    expect((await talk.page()).chat).toMatchObject({ status: "idle", statusDetail: null });
    const [q4] = await talk.ask(full);
    expect(told(q4)).toEqual([[q1, answer, q2, answer, q3, answer, q4]]);
    await talk.until({ at: 3, words: 4 });
    const [q5] = await talk.ask("");
    expect(told(q5)).toEqual([[summary(4), q3, answer, q4, answer, q5]]);
    await talk.end();
  });

  it("is not waited for, and one is written at a time", async () => {
    const talk = new Talk();
    const [q1, q2, q3] = await talk.ask("swords=4 sttft=1500", "", full);
    await expect.poll(() => talk.summaryRequests().length).toBe(1);
    const [q4] = await talk.ask(full);
    expect(told(q4)).toEqual([[q1, answer, q2, answer, q3, answer, q4]]);
    expect(talk.summaryRequests()).toMatchObject([{ sent: 0 }]);
    await talk.until({ at: 1, words: 4 });
    expect(talk.summaryRequests()).toHaveLength(1);
    await talk.end();
  });
});

describe("a conversation that has no room in the model that is chosen now", () => {
  it("is not sent to be cut off, but summarised first", async () => {
    const talk = new Talk();
    await talk.ask(`swords=4 nousage ${"long ".repeat(1000)}`);
    expect(await talk.dividers()).toEqual([]);
    const [q2] = await talk.ask("");
    expect(told(q2)).toEqual([[summary(4), q2]]);
    await talk.until({ at: 1, words: 4 });
    await talk.end();
  });

  it("is sent all the same when there is no summary of it", async () => {
    const talk = new Talk();
    const [q1] = await talk.ask(`sstatus=500 nousage ${"long ".repeat(1000)}`);
    const [q2] = await talk.ask("");
    expect(told(q2)).toEqual([[q1, answer, q2]]);
    await talk.end();
  });
});

describe("a model that refuses a conversation as too long", () => {
  it("is given a summary and the question, and answers", async () => {
    const talk = new Talk();
    const [q1, q2] = await talk.ask("swords=4", "");
    const [q3] = await talk.ask("limit=3");
    expect((await talk.page()).chat).toMatchObject({ status: "idle", statusDetail: null });
    expect(told(q3)).toEqual([
      [q1, answer, q2, answer, q3],
      [summary(4), q3],
    ]);
    await talk.until({ at: 3, words: 4 });
    const [q4] = await talk.ask("");
    expect(told(q4)).toEqual([[summary(4), q3, answer, q4]]);
    await talk.end();
  });

  it("is asked no third time", async () => {
    const talk = new Talk();
    await talk.ask("swords=4", "");
    const [q3] = await talk.ask("limit=1");
    expect((await talk.page()).chat).toMatchObject({
      status: "failed",
      statusDetail: expect.stringMatching(/too long/),
    });
    expect(told(q3)).toHaveLength(2);
    await talk.end();
  });

  it("is not asked again when there is no summary, and its refusal is what people read", async () => {
    const talk = new Talk();
    await talk.ask("sstatus=500", "");
    const [q3] = await talk.ask("limit=3");
    expect((await talk.page()).chat).toMatchObject({
      status: "failed",
      statusDetail: expect.stringMatching(/too long/),
    });
    expect(told(q3)).toHaveLength(1);
    expect(await talk.dividers()).toEqual([]);
    await talk.end();
  });
});
