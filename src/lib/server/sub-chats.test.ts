import { pino } from "pino";
import { beforeEach, describe, expect, it } from "vitest";
import { addPeople } from "../../../tests/support/people.ts";
import { openTestDb } from "../../../tests/support/test-db.ts";
import { subChatId } from "../tools/agents.ts";
import { leftBehind, once } from "./approvals/executions.ts";
import { apply } from "./chat-edits.ts";
import * as chats from "./chats.ts";
import * as conversation from "./conversation.ts";
import { createFileStores } from "./files/storage.ts";
import * as inbox from "./inbox.ts";
import { purge } from "./purge.ts";
import type { Realtime } from "./realtime.ts";
import { search } from "./search.ts";
import { stopTurn } from "./stop-turn.ts";
import * as subChats from "./sub-chats.ts";

const { db } = await openTestDb();
const log = pino({ level: "silent" });
const QUESTION = "Which rivers are unfathomable?";
let ownerId: string;
let parentId: string;
let messageId: string;

beforeEach(async () => {
  await db.deleteFrom("user").execute();
  ownerId = crypto.randomUUID();
  await addPeople(db, ownerId);
  ({ chatId: parentId, messageId } = await chats.create(db, { ownerId, text: "Ask around" }));
  await db.updateTable("chat").set({ first_turn: "done" }).where("id", "=", parentId).execute();
});

const begin = (toolCallId = "call-1") =>
  subChats.begin(db, { parentId, toolCallId, title: "Rivers", text: QUESTION, model: "demo:skein" });

/** A platform that writes down whom it was asked to stop and to end. */
function platform() {
  const stopped: string[] = [];
  const ended: string[] = [];
  const realtime = {
    sendStop: (chatId: string) => Promise.resolve(void stopped.push(chatId)),
    endSession: (chatId: string) => Promise.resolve(ended.push(chatId) > 0),
  } as unknown as Realtime;
  return { stopped, ended, services: { db, log, realtime, files: createFileStores(db, { s3: undefined }) } };
}

describe("what a sub-agent does", () => {
  it("is a chat of the same owner, once for a call, and running from the start", async () => {
    const made = await begin();
    expect(await begin()).toEqual(made);
    const chatId = made?.chatId ?? "";
    const opened = await conversation.open(db, { ownerId, chatId });
    expect(opened).toMatchObject({
      chat: { title: "Rivers", agent: "research", parent: { chatId: parentId, title: "Ask around" } },
      messages: [made?.question],
      isRunning: true,
    });
    expect(await conversation.open(db, { ownerId: "another", chatId })).toBeUndefined();
    expect(await subChats.running(db, parentId)).toEqual([{ chatId, turn: made?.question.id }]);
    expect(await subChats.endOf(db, chatId)).toBeUndefined();
  });

  it("is in no list, and its words are found nowhere", async () => {
    const made = await begin();
    const page = await inbox.list({ db }, ownerId, { view: "inbox", filter: null });
    expect(page.rows.map(({ id }) => id)).toEqual([parentId]);
    expect(page.counts.Running).toBe(1);
    expect((await inbox.named({ db }, ownerId, [made?.chatId ?? ""])).rows).toEqual([]);
    expect(await search(db, { ownerId, query: "unfathomable" })).toEqual([]);
    expect(await search(db, { ownerId, query: "Rivers" })).toEqual([]);
  });

  it("is not begun for a chat that is deleted", async () => {
    await apply(db, { ownerId, chatId: parentId }, { type: "delete", isDeleted: true });
    expect(await begin()).toBeUndefined();
  });

  it("is stopped with the turn that asked for it", async () => {
    const made = await begin();
    const { services, stopped } = platform();
    expect(await stopTurn(services, { ownerId, chatId: parentId }, messageId)).toBe(true);
    expect(stopped).toEqual([parentId, made?.chatId]);
    const row = await db
      .selectFrom("chat")
      .select(["stop_requested_at", "stop_requested_for"])
      .where("id", "=", made?.chatId ?? "")
      .executeTakeFirst();
    expect(row?.stop_requested_at).not.toBeNull();
    expect(row?.stop_requested_for).toBe(made?.question.id);
  });

  it("goes with its chat, comes back with it, and is taken apart before it", async () => {
    const made = await begin();
    const chatId = made?.chatId ?? "";
    await apply(db, { ownerId, chatId: parentId }, { type: "delete", isDeleted: true });
    expect(await conversation.open(db, { ownerId, chatId })).toBeUndefined();
    await apply(db, { ownerId, chatId: parentId }, { type: "delete", isDeleted: false });
    expect(await conversation.open(db, { ownerId, chatId })).toBeDefined();

    await apply(db, { ownerId, chatId: parentId }, { type: "delete", isDeleted: true });
    // One that a run began before it heard of that.
    await db.updateTable("chat").set({ deleted_at: null }).where("id", "=", chatId).execute();
    const { services, ended } = platform();
    while (ended.length < 2) expect(await purge(services, { undoMs: 0 })).toBe(true);
    expect(ended).toEqual([chatId, parentId]);
    expect(await db.selectFrom("chat").select("id").where("owner_id", "=", ownerId).execute()).toEqual([]);
  });

  it("says what came of it", async () => {
    const chatId = (await begin())?.chatId ?? "";
    const end = (how: object) => db.updateTable("chat").set(how).where("id", "=", chatId).execute();
    await end({ status: "failed", status_detail: "No model." });
    expect(await subChats.endOf(db, chatId)).toEqual({ answer: null, isStopped: false, error: "No model." });
    await end({ status: "idle", status_detail: null });
    expect(await subChats.endOf(db, chatId)).toEqual({ answer: null, isStopped: true, error: null });
    const answer = { chat_id: chatId, id: "a", parent_id: `${chatId}-q`, role: "assistant" as const };
    const parts = [{ type: "text" as const, text: "The Styx." }];
    await db
      .insertInto("message")
      .values({ ...answer, parts: JSON.stringify(parts) })
      .execute();
    await end({ head_id: "a" });
    expect(await subChats.endOf(db, chatId)).toMatchObject({ answer: { parts }, isStopped: false, error: null });
  });
});

it("has a name that any id of a call can be part of", () => {
  expect(subChatId("chat", "call/../1?\0")).toBe("chat_call----1--");
  expect(subChatId("chat", "x".repeat(1000)).length).toBeLessThan(100);
});

describe("a call whose run died", () => {
  const call = (tool: string) => ({ chatId: parentId, toolCallId: `of-${tool}`, tool, input: {}, question: messageId });
  const dying = () => Promise.reject(new Error("killed"));
  const begun = async (tool: string) => {
    const { chatId, toolCallId, question } = call(tool);
    await db
      .insertInto("tool_execution")
      .values({ chat_id: chatId, tool_call_id: toolCallId, tool, question_id: question, input: "{}" })
      .execute();
  };

  it("is made again if it goes on where it was, and told as interrupted if not", async () => {
    await begun("deepResearch");
    await begun("tidyInbox");
    expect(await leftBehind(db, parentId, messageId)).toMatchObject([
      { type: "step-start" },
      { type: "tool-deepResearch", state: "approval-responded", approval: { approved: true } },
      { type: "tool-tidyInbox", state: "output-error" },
    ]);
    const done = () => Promise.resolve("done");
    await expect(once(db, call("tidyInbox"), done)).rejects.toThrow("interrupted");
    expect(await once(db, call("deepResearch"), done, { resumes: true })).toBe("done");
    // Now it has ended.
    expect(await once(db, call("deepResearch"), dying, { resumes: true })).toBe("done");
  });

  it("is not taken for another one to which a server gives the same id", async () => {
    const done = () => Promise.resolve("done");
    await once(db, call("deepResearch"), done, { resumes: true });
    const other = { ...call("deepResearch"), input: { question: "Another?" } };
    await expect(once(db, other, done, { resumes: true })).rejects.toThrow("the name of an earlier one");
    await expect(once(db, { ...call("deepResearch"), tool: "tidyInbox" }, done)).rejects.toThrow("an earlier one");
  });

  it("is known though a head start wrote it into an answer that nobody finished", async () => {
    await begun("deepResearch");
    const part = { type: "tool-deepResearch", toolCallId: "of-deepResearch", state: "input-available", input: {} };
    const answer = { chat_id: parentId, id: "a", parent_id: messageId, role: "assistant" as const, final: false };
    await db
      .insertInto("message")
      .values({ ...answer, parts: JSON.stringify([part]) })
      .execute();
    expect(await leftBehind(db, parentId, messageId)).toHaveLength(2);
    await db
      .updateTable("message")
      .set({ final: true })
      .where("id", "=", "a")
      .where("chat_id", "=", parentId)
      .execute();
    expect(await leftBehind(db, parentId, messageId)).toEqual([]);
  });
});
