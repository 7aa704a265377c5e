import { mockChatAgent, type MockChatAgentHarness, type MockChatAgentOptions } from "@trigger.dev/sdk/ai/test";
import type { UIMessage, UIMessageChunk } from "ai";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as chats from "../src/lib/server/chats.ts";
import * as conversation from "../src/lib/server/conversation.ts";
import * as firstTurn from "../src/lib/server/first-turn.ts";
import * as files from "../src/lib/server/files/files.ts";
import { createFileStores } from "../src/lib/server/files/storage.ts";
import { filePart } from "../src/lib/tools/file.ts";
import { questionParts } from "../src/lib/tools/message.ts";
import { expectedAnswer, startMockOpenAI, type MockOpenAI } from "../tests/support/mock-openai.ts";
import { openTestDb } from "../tests/support/test-db.ts";

const ownerId = "owner";
const { database, db } = await openTestDb(ownerId);
let model: MockOpenAI;
let agent: { id: string };
let warm: { id: string };

beforeAll(async () => {
  model = await startMockOpenAI();
  Object.assign(process.env, {
    DATABASE_URL: database.url,
    TRIGGER_SECRET_KEY: "tr_skein_test",
    OPENAI_COMPATIBLE_BASE_URL: model.url,
    OPENAI_COMPATIBLE_API_KEY: "sk-ours",
    OPENAI_COMPATIBLE_MODELS: "numbered",
  });
  ({ chatAgent: agent, warm } = await import("./chat.ts"));
  // With a key the runtime would ask Trigger.dev for tokens.
  delete process.env.TRIGGER_SECRET_KEY;
});
afterAll(async () => {
  await model.close();
});

async function start(text: string, options: Omit<MockChatAgentOptions, "chatId"> = {}) {
  const { chatId, messageId } = await chats.create(db, { ownerId, text });
  return { chatId, question: user(messageId, text), ...harnessOf(chatId, options) };
}

function harnessOf(
  chatId: string,
  options: Omit<MockChatAgentOptions, "chatId"> = {},
): { harness: MockChatAgentHarness } {
  return { harness: mockChatAgent(agent, { chatId, clientData: {}, ...options }) };
}

const user = (id: string, text: string): UIMessage => ({
  id,
  role: "user",
  metadata: { after: null },
  parts: [{ type: "text", text }],
});
const textOf = (chunks: UIMessageChunk[]) =>
  chunks.map((chunk) => (chunk.type === "text-delta" ? chunk.delta : "")).join("");
const opened = async (chatId: string) => conversation.open(db, { ownerId, chatId });
const settled = (chatId: string, status: string) =>
  expect.poll(async () => (await opened(chatId))?.chat.status).toBe(status);

describe("a turn", () => {
  it("streams the exact answer, says which question it answers, and stores both", async () => {
    const { harness, chatId, question } = await start("words=30");
    const turn = await harness.sendMessage(question);
    expect(textOf(turn.chunks)).toBe(expectedAnswer(30));
    expect(turn.chunks.find((chunk) => chunk.type === "start")).toMatchObject({
      messageMetadata: { replyTo: question.id, model: "compatible:numbered" },
    });
    await settled(chatId, "idle");
    const chat = await opened(chatId);
    expect(chat?.messages.map((message) => message.role)).toEqual(["user", "assistant"]);
    expect(chat?.messages[1]).toMatchObject({
      metadata: { replyTo: question.id },
      parts: expect.arrayContaining([{ type: "text", text: expectedAnswer(30), state: "done" }]),
    });
    await harness.close();
  });

  it("gives the model the whole conversation, also in a continuation", async () => {
    const { harness, chatId, question } = await start("words=3 one");
    await harness.sendMessage(question);
    await harness.sendMessage(user("q2", "words=3 two"));
    await settled(chatId, "idle");
    await harness.close();
    const next = harnessOf(chatId, { mode: "continuation", previousRunId: "run_before" }).harness;
    await next.sendMessage(user("q3", "words=3 three"));
    const request = model.requests.find((received) => received.prompt === "words=3 three");
    expect(request?.messages.map((message) => message.content).slice(1)).toEqual([
      "words=3 one",
      expectedAnswer(3),
      "words=3 two",
      expectedAnswer(3),
      "words=3 three",
    ]);
    await next.close();
  });

  it("answers a question once, however often it is sent", async () => {
    const { harness, chatId, question } = await start("words=3 once");
    await harness.sendMessage(question);
    await harness.sendMessage(question);
    await settled(chatId, "idle");
    expect(model.requests.filter((received) => received.prompt === "words=3 once")).toHaveLength(1);
    await harness.close();
  });

  it("stops when it is told to, and keeps what was written", async () => {
    const { harness, chatId, question } = await start("words=500 rate=100 stop me");
    const turn = harness.sendMessage(question);
    await expect.poll(() => textOf(harness.allChunks)).toContain("w10");
    await harness.sendStop();
    await turn;
    await settled(chatId, "idle");
    const answer = (await opened(chatId))?.messages[1];
    expect(answer?.metadata).toMatchObject({ stopped: true, replyTo: question.id });
    // The next turns do not forget it.
    for (const text of ["words=3 go on", "words=4 and on"]) {
      await harness.sendMessage(user(text, text));
      await settled(chatId, "idle");
    }
    expect((await opened(chatId))?.messages[1]).toEqual(answer);
    await harness.close();
  });

  it("does not answer when a stop was asked for while its run was replaced", async () => {
    const { harness, chatId, question } = await start("words=5 never");
    await chats.requestStop(db, { ownerId, chatId }, question.id);
    await harness.sendMessage(question);
    await settled(chatId, "idle");
    expect(model.requests.some((received) => received.prompt === "words=5 never")).toBe(false);
    expect((await opened(chatId))?.messages.map((message) => message.id)).toEqual([question.id]);
    // The next question is answered.
    expect(textOf((await harness.sendMessage(user("q2", "words=5 after"))).chunks)).toBe(expectedAnswer(5));
    await harness.close();
  });
});

describe("a stop", () => {
  it("that comes before its turn has begun keeps it from answering, and the next one is answered", async () => {
    const { harness, chatId, question } = await start("words=3 before it");
    await harness.sendMessage(question);
    await settled(chatId, "idle");
    expect(await chats.requestStop(db, { ownerId, chatId }, "q2")).toBe(true);
    await harness.sendMessage(user("q2", "words=5 stopped early"));
    await settled(chatId, "idle");
    expect(model.requests.some((received) => received.prompt === "words=5 stopped early")).toBe(false);
    expect(textOf((await harness.sendMessage(user("q3", "words=5 asked later"))).chunks)).toBe(expectedAnswer(5));
    await harness.close();
  });

  it("that comes after its turn has ended does not touch the next one", async () => {
    const { harness, chatId, question } = await start("words=3 ended");
    await harness.sendMessage(question);
    await settled(chatId, "idle");
    expect(await chats.requestStop(db, { ownerId, chatId }, question.id)).toBe(false);
    const next = await harness.sendMessage(user("q2", "words=5 not stopped"));
    expect(textOf(next.chunks)).toBe(expectedAnswer(5));
    await settled(chatId, "idle");
    expect((await opened(chatId))?.messages.at(-1)?.metadata).not.toHaveProperty("stopped");
    await harness.close();
  });
});

describe("a model that fails", () => {
  it.each([
    // The AI SDK repeats a 500 once by itself.
    ["status=401 fail=1", /refused the API key/, undefined],
    ["status=500 fail=2", /problem of its own/, undefined],
    ["words=50 rate=1000 break=20 fail=1", /broke off/, expectedAnswer(20)],
  ])(
    "leaves the question and one clear sentence after %s, and can be tried again",
    async (prompt, sentence, partial) => {
      const { harness, chatId, question } = await start(prompt);
      const turn = await harness.sendMessage(question);
      expect(turn.chunks.filter((chunk) => chunk.type === "error").map((chunk) => chunk.errorText)).toEqual([
        expect.stringMatching(sentence),
      ]);
      await settled(chatId, "failed");
      const chat = await opened(chatId);
      expect(chat?.chat.statusDetail).toMatch(sentence);
      expect(chat?.messages).toHaveLength(partial ? 2 : 1);
      expect(chat?.messages[0]?.id).toBe(question.id);
      if (partial) {
        expect(chat?.messages[1]).toMatchObject({
          metadata: { error: chat?.chat.statusDetail },
          parts: expect.arrayContaining([expect.objectContaining({ text: partial })]),
        });
      }
      expect(JSON.stringify([chat, harness.allRawChunks])).not.toContain("sk-ours");

      await harness.sendRegenerate();
      await settled(chatId, "idle");
      expect((await opened(chatId))?.messages).toEqual([
        expect.objectContaining({ id: question.id }),
        expect.objectContaining({ metadata: expect.not.objectContaining({ error: expect.anything() }) }),
      ]);
      expect(
        model.requests
          .findLast((received) => received.prompt === prompt)
          ?.messages.filter((message) => message.role === "assistant"),
      ).toEqual([]);
      await harness.close();
    },
  );
});

describe("an outage of Postgres", () => {
  it.each(["at the begin", "at the end"])(
    "%s of a turn fails nothing: the question is answered, once",
    async (when) => {
      const prompt = `words=40 rate=100 outage ${when}`;
      const { harness, chatId, question } = await start(prompt);
      const turn = when === "at the end" ? harness.sendMessage(question) : undefined;
      if (turn) await expect.poll(() => textOf(harness.allChunks)).toContain("w10");
      // Whatever wants to write this chat waits, and is cut off in the middle of it.
      let letGo!: () => void;
      const held = new Promise<void>((resolve) => (letGo = resolve));
      const holding = db.transaction().execute(async (trx) => {
        await trx.selectFrom("chat").select("id").where("id", "=", chatId).forUpdate().execute();
        await held;
      });
      const answered = turn ?? harness.sendMessage(question);
      await expect.poll(() => cutOff()).toBeGreaterThan(0);
      letGo();
      await holding;
      expect(textOf((await answered).chunks)).toBe(expectedAnswer(40));
      await settled(chatId, "idle");
      expect((await opened(chatId))?.messages.map((message) => message.role)).toEqual(["user", "assistant"]);
      expect(model.requests.filter((received) => received.prompt === prompt)).toHaveLength(1);
      await harness.close();
    },
  );

  /** Ends the connections that wait for a lock, as a Postgres that is killed does. Returns how many. */
  async function cutOff(): Promise<number> {
    const { rows } = await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
    return rows.length;
  }
});

describe("a message with files", () => {
  const text = (content: string) => ({
    ...{ ownerId, name: "notes.txt", mediaType: "text/plain", bytes: new TextEncoder().encode(content) },
  });

  it("gives the model their content, and stores and streams no more than their addresses", async () => {
    const file = await files.keep(db, createFileStores(db, { s3: undefined }), text("remember the milk"));
    const { harness, chatId, question } = await start("words=3 first");
    await harness.sendMessage(question);
    await harness.sendMessage({ ...user("with-file", "words=3 look"), parts: questionParts("words=3 look", [file]) });
    await settled(chatId, "idle");
    const request = model.requests.find((received) => received.prompt.endsWith("words=3 look"));
    expect(request?.prompt).toBe('<file name="notes.txt">\nremember the milk\n</file>words=3 look');
    const stored = await db.selectFrom("message").select("parts").where("chat_id", "=", chatId).execute();
    expect(JSON.stringify([stored, harness.allRawChunks])).not.toContain("milk");
    expect((await opened(chatId))?.messages[2]?.parts[0]).toEqual(filePart(file));
    const linked = await db.selectFrom("message_file").select("message_id").where("file_id", "=", file.id).execute();
    expect(linked).toEqual([{ message_id: "with-file" }]);
    await harness.close();
  });

  it.each<[string, object]>([
    ["of a cloud's metadata", { url: "http://169.254.169.254/latest/meta-data/", mediaType: "text/plain" }],
    ["with bytes inside", { url: `data:image/png;base64,${"AAAA".repeat(1000)}`, mediaType: "image/png" }],
    ["of the web server's own", { url: "/api/files/0b2f1c1e-1111-4222-8333-abcdefabcdef", mediaType: "image/png" }],
    ["without a type", { url: `skein-file:0b2f1c1e-1111-4222-8333-abcdefabcdef` }],
    ["that is a page", { url: `skein-file:0b2f1c1e-1111-4222-8333-abcdefabcdef`, mediaType: "text/html" }],
    ["without anything", {}],
  ])("%s are refused, and neither stored nor shown to the model", async (which, part) => {
    const { harness, chatId, question } = await start("words=3 before");
    await harness.sendMessage(question);
    await settled(chatId, "idle");
    const hostile = user("hostile", `words=3 hostile ${which}`);
    const file = { type: "file", ...part } as UIMessage["parts"][number];
    const turn = await harness.sendMessage({ ...hostile, parts: [file, ...hostile.parts] });
    expect(turn.chunks).toEqual([{ type: "error", errorText: expect.stringMatching(/^This message cannot be taken/) }]);
    expect(model.requests.filter(({ prompt }) => prompt.includes(`hostile ${which}`))).toEqual([]);
    const stored = await db.selectFrom("message").select("id").where("chat_id", "=", chatId).execute();
    expect(stored).toHaveLength(2);
    await harness.close();
  });

  it("that the model cannot look at fails with one sentence and keeps the question", async () => {
    const bytes = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0]);
    const image = { ...text(""), name: "cat.png", mediaType: "image/png", bytes };
    const file = await files.keep(db, createFileStores(db, { s3: undefined }), image);
    const { harness, chatId } = await start("words=3 blind");
    await harness.sendMessage({ ...user("q", ""), parts: questionParts("words=3 blind", [file]) });
    await settled(chatId, "failed");
    const chat = await opened(chatId);
    expect(chat?.chat.statusDetail).toBe("numbered cannot look at images. Choose another model, or remove the image.");
    expect(chat?.messages.at(-1)?.parts).toEqual(questionParts("words=3 blind", [file]));
    expect(model.requests.some((received) => received.prompt === "words=3 blind")).toBe(false);
    await harness.close();
  });
});

describe("a head start", () => {
  it("is stored as the answer without another call of the model", async () => {
    const { chatId, messageId } = await chats.create(db, { ownerId, text: "words=9 head" });
    const { harness } = harnessOf(chatId, {
      mode: "handover-prepare",
      headStartMessages: [user(messageId, "words=9 head")],
    });
    await harness.sendHandover({
      isFinal: true,
      messageId: "answer-of-the-web",
      partialAssistantMessage: [{ role: "assistant", content: [{ type: "text", text: "from the web" }] }],
    });
    await settled(chatId, "idle");
    const chat = await opened(chatId);
    expect(chat?.messages.map((message) => message.id)).toEqual([messageId, "answer-of-the-web"]);
    expect(model.requests.some((received) => received.prompt === "words=9 head")).toBe(false);
    await harness.close();
  });
});

describe("a head start that failed for good", () => {
  it.each([
    ["nothing was written", ""],
    ["something was written", "w1 w2"],
  ])("ends the turn without another call of the model when %s, and can be tried again", async (_when, partial) => {
    const prompt = `words=9 head refused ${partial}`;
    const { chatId, messageId } = await chats.create(db, { ownerId, text: prompt });
    await firstTurn.claim(db, { ownerId, chatId });
    await firstTurn.refuse(db, chatId, "The provider refused the key.");
    const { harness } = harnessOf(chatId, { mode: "handover-prepare", headStartMessages: [user(messageId, prompt)] });
    await harness.sendHandover({
      isFinal: true,
      messageId: "partial-of-the-web",
      partialAssistantMessage: partial ? [{ role: "assistant", content: [{ type: "text", text: partial }] }] : [],
    });
    await settled(chatId, "failed");
    const chat = await opened(chatId);
    expect(chat?.chat.statusDetail).toBe("The provider refused the key.");
    expect(chat?.messages.map((message) => message.id)).toEqual([
      messageId,
      ...(partial ? ["partial-of-the-web"] : []),
    ]);
    if (partial) expect(chat?.messages[1]?.metadata).toEqual({ error: "The provider refused the key." });
    expect(model.requests.some((received) => received.prompt === prompt)).toBe(false);

    await harness.sendRegenerate();
    await settled(chatId, "idle");
    expect(model.requests.filter((received) => received.prompt === prompt)).toHaveLength(1);
    expect((await opened(chatId))?.messages.map((message) => message.role)).toEqual(["user", "assistant"]);
    await harness.close();
  });

  it("is not tried again when its hand-over was lost and the question comes as an ordinary turn", async () => {
    const { harness, chatId, question } = await start("words=9 refused, lost");
    await firstTurn.claim(db, { ownerId, chatId });
    await firstTurn.refuse(db, chatId, "The provider refused the key.");
    const turn = await harness.sendMessage(question);
    expect(turn.chunks).toEqual([{ type: "error", errorText: "The provider refused the key." }]);
    await settled(chatId, "failed");
    expect((await opened(chatId))?.chat.statusDetail).toBe("The provider refused the key.");
    expect(model.requests.some((received) => received.prompt === "words=9 refused, lost")).toBe(false);
    await harness.close();
  });
});

describe("a head start that broke off", () => {
  it("hands over an empty step, and the waiting run answers", async () => {
    const prompt = "words=9 head broken";
    const { chatId, messageId } = await chats.create(db, { ownerId, text: prompt });
    const { harness } = harnessOf(chatId, { mode: "handover-prepare", headStartMessages: [user(messageId, prompt)] });
    await harness.sendHandover({ isFinal: false, messageId: "gone", partialAssistantMessage: [] });
    await settled(chatId, "idle");
    const chat = await opened(chatId);
    expect(chat?.messages.map((message) => message.role)).toEqual(["user", "assistant"]);
    expect(chat?.messages[1]).toMatchObject({ metadata: { replyTo: messageId } });
    expect(textOf(harness.allChunks)).toBe(expectedAnswer(9));
    await harness.close();
  });
});

describe("a head start that somebody stopped", () => {
  it("is stored with what was written, as stopped", async () => {
    const { chatId, messageId } = await chats.create(db, { ownerId, text: "words=9 head" });
    await chats.requestStop(db, { ownerId, chatId }, messageId);
    const { harness } = harnessOf(chatId, {
      mode: "handover-prepare",
      headStartMessages: [user(messageId, "words=9 head")],
    });
    await harness.sendHandover({
      isFinal: true,
      messageId: "stopped-answer",
      partialAssistantMessage: [{ role: "assistant", content: [{ type: "text", text: "w1 w2" }] }],
    });
    await settled(chatId, "idle");
    const chat = await opened(chatId);
    expect(chat?.messages[1]).toMatchObject({ id: "stopped-answer", metadata: { stopped: true } });
    await harness.close();
  });
});

describe("a run that replaces one that died", () => {
  it("says that it recovers and answers the question again, once, without the partial", async () => {
    const { chatId, messageId } = await chats.create(db, { ownerId, text: "words=7 crash" });
    const { harness } = harnessOf(chatId, { mode: "continuation", previousRunId: "run_dead" });
    harness.seedSessionInTail([user(messageId, "words=7 crash")]);
    harness.seedSessionOutPartial({ id: "partial", role: "assistant", parts: [{ type: "text", text: "w1 w2" }] });
    await settled(chatId, "idle");
    expect(harness.allChunks[0]).toMatchObject({ type: "data-recovery", transient: true });
    const request = model.requests.find((received) => received.prompt === "words=7 crash");
    expect(request?.messages.filter((message) => message.role !== "system")).toHaveLength(1);
    const chat = await opened(chatId);
    expect(chat?.messages.map((message) => message.role)).toEqual(["user", "assistant"]);
    await harness.close();
  });
});

describe("a run that only warms a process", () => {
  it("ends by itself and writes nothing", async () => {
    const harness = mockChatAgent(warm, { chatId: "spare-1" });
    await harness.waitForExit(5_000);
    const { rows } = await sql<{ n: number }>`
      select (select count(*) from chat where id like 'spare-%') + (select count(*) from chat_session where chat_id like 'spare-%') as n
    `.execute(db);
    expect(rows[0]?.n).toBe(0);
    expect(harness.allChunks).toEqual([]);
  });
});
