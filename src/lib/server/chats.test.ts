import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { openTestDb } from "../../../tests/support/test-db.ts";
import * as chatLists from "./chat-lists.ts";
import * as chats from "./chats.ts";
import * as conversation from "./conversation.ts";
import * as firstTurn from "./first-turn.ts";

const { db } = await openTestDb("ada", "bob");

describe("a new chat", () => {
  it("has its question, a title of its first words, and a first turn that waits", async () => {
    const text = `Tell me about   durable\nconversations ${"and more ".repeat(20)}`;
    const { chatId, messageId } = await chats.create(db, { ownerId: "ada", text });
    const opened = await conversation.open(db, { ownerId: "ada", chatId });
    expect(opened).toMatchObject({
      isRunning: true,
      messages: [{ id: messageId, role: "user", parts: [{ type: "text", text }] }],
    });
    expect(opened?.chat.title).toMatch(/^Tell me about durable conversations .*…$/);
    expect(opened?.chat.title.length).toBeLessThanOrEqual(61);
  });

  it("is called what cannot harm the rows beside it, whatever its question is made of", async () => {
    const titleOf = async (text: string) => {
      const { chatId } = await chats.create(db, { ownerId: "ada", text });
      return (await conversation.open(db, { ownerId: "ada", chatId }))?.chat.title;
    };
    expect(await titleOf("\u202egnp.exe\u2066 <b>bold</b>\u0007")).toBe("gnp.exe <b>bold</b>");
    expect(await titleOf("x".repeat(10_000))).toBe(`${"x".repeat(60)}…`);
    expect(await titleOf("👩‍👩‍👧‍👦".repeat(1000))).toBe(`${"👩‍👩‍👧‍👦".repeat(5)}…`);
    expect(await titleOf("\u202e")).toBe("New chat");
  });

  it("is not called running for a question that is not stored yet: it would be taken for the one before it", async () => {
    const { chatId, messageId } = await chats.create(db, { ownerId: "ada", text: "hello" });
    const open = () => conversation.open(db, { ownerId: "ada", chatId });
    await db.updateTable("chat").set({ answering_id: "on its way" }).where("id", "=", chatId).execute();
    expect(await open()).toMatchObject({ isRunning: false, answering: null });
    await db.updateTable("chat").set({ answering_id: messageId }).where("id", "=", chatId).execute();
    expect(await open()).toMatchObject({ isRunning: true, answering: { messageId, isShown: true } });
  });

  it("takes a megabyte of text", async () => {
    const text = "many words ".repeat(95_000);
    const { chatId } = await chats.create(db, { ownerId: "ada", text });
    expect((await conversation.open(db, { ownerId: "ada", chatId }))?.messages[0]?.parts).toEqual([
      { type: "text", text },
    ]);
  });

  it("is nobody else's", async () => {
    const { chatId, messageId } = await chats.create(db, { ownerId: "ada", text: "private" });
    expect(await conversation.open(db, { ownerId: "bob", chatId })).toBeUndefined();
    expect(await firstTurn.claim(db, { ownerId: "bob", chatId })).toBeUndefined();
    expect(await chats.requestStop(db, { ownerId: "bob", chatId }, messageId)).toBe(false);
    expect(await firstTurn.stopRequested(db, chatId)).toBe(false);
    expect(await chatLists.list(db, { ownerId: "bob" })).toEqual([]);
    expect(await chats.owns(db, { ownerId: "bob", chatId })).toBe(false);
    expect(await chats.owns(db, { ownerId: "ada", chatId })).toBe(true);
  });

  it("is not there under an id that Postgres would refuse to look for", async () => {
    const which = { ownerId: "ada", chatId: "\0" };
    expect(await conversation.open(db, which)).toBeUndefined();
    expect(await firstTurn.claim(db, which)).toBeUndefined();
    expect(await chats.owns(db, which)).toBe(false);
  });
});

describe("a stop", () => {
  const stopOf = (chatId: string) =>
    db
      .selectFrom("chat")
      .select(["stop_requested_at", "stop_requested_for"])
      .where("id", "=", chatId)
      .executeTakeFirstOrThrow();
  const running = async () => {
    const { chatId, messageId } = await chats.create(db, { ownerId: "ada", text: "hello" });
    return { which: { ownerId: "ada", chatId }, chatId, messageId };
  };

  it("is about the turn that it names", async () => {
    const { which, chatId, messageId } = await running();
    expect(await chats.requestStop(db, which, messageId)).toBe(true);
    expect(await stopOf(chatId)).toEqual({ stop_requested_at: expect.any(Date), stop_requested_for: messageId });
    expect(await firstTurn.stopRequested(db, chatId)).toBe(true);
  });

  it("finds the turn of an action by its attempt", async () => {
    const { which, chatId } = await running();
    await db.updateTable("chat").set({ answering_attempt: "again" }).where("id", "=", chatId).execute();
    expect(await chats.requestStop(db, which, "again")).toBe(true);
    expect(await firstTurn.stopRequested(db, chatId)).toBe(true);
  });

  it("is remembered for a turn that has not begun, and is not about the one that runs", async () => {
    const { which, chatId } = await running();
    expect(await chats.requestStop(db, which, "on its way")).toBe(true);
    expect(await firstTurn.stopRequested(db, chatId)).toBe(false);
  });

  it("changes nothing once that turn is over, whether another one runs or none", async () => {
    const { which, chatId, messageId } = await running();
    for (const status of ["running", "idle"] as const) {
      await db.updateTable("chat").set({ status, answering_id: "next" }).where("id", "=", chatId).execute();
      expect(await chats.requestStop(db, which, messageId)).toBe(false);
    }
    expect(await stopOf(chatId)).toEqual({ stop_requested_at: null, stop_requested_for: null });
  });

  it("that waits while the turn's end is saved is too late", async () => {
    const { which, chatId, messageId } = await running();
    let requested = Promise.resolve(true);
    await db.transaction().execute(async (trx) => {
      await trx.updateTable("chat").set({ status: "idle", answering_id: null }).where("id", "=", chatId).execute();
      requested = chats.requestStop(db, which, messageId);
      // Not in the transaction, which would see the same activity again and again.
      const waiting = () =>
        sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(db);
      await expect.poll(async () => (await waiting()).rows.length).toBe(1);
    });
    expect(await requested).toBe(false);
    expect((await stopOf(chatId)).stop_requested_at).toBeNull();
  });
});

describe("the claim of a first turn", () => {
  it("is given to one, however many ask at once", async () => {
    const { chatId } = await chats.create(db, { ownerId: "ada", text: "once" });
    const claims = await Promise.all(Array.from({ length: 8 }, () => firstTurn.claim(db, { ownerId: "ada", chatId })));
    expect(claims.filter(Boolean)).toHaveLength(1);
  });

  it("goes to a sweep when nobody came, or when its lease ran out, and to one sweep only", async () => {
    const waiting = await chats.create(db, { ownerId: "ada", text: "nobody came" });
    const left = await chats.create(db, { ownerId: "ada", text: "left" });
    const kept = await chats.create(db, { ownerId: "ada", text: "kept" });
    await firstTurn.claim(db, { ownerId: "ada", chatId: left.chatId });
    await firstTurn.claim(db, { ownerId: "ada", chatId: kept.chatId });
    await db
      .updateTable("chat")
      .set({ first_turn_lease_until: new Date(Date.now() - 1000) })
      .where("id", "=", left.chatId)
      .execute();
    const sweeps = await Promise.all([firstTurn.claimAbandoned(db, 0), firstTurn.claimAbandoned(db, 0)]);
    const found = sweeps.flat().map((chat) => chat.id);
    expect(new Set(found).size).toBe(found.length);
    expect(found).toEqual(expect.arrayContaining([waiting.chatId, left.chatId]));
    expect(found).not.toContain(kept.chatId);
  });

  it("can be given back, and is a visitor's at once", async () => {
    const { chatId } = await chats.create(db, { ownerId: "ada", text: "back" });
    await firstTurn.claim(db, { ownerId: "ada", chatId });
    await firstTurn.release(db, chatId, 60_000);
    expect((await firstTurn.claimAbandoned(db, 0)).map((chat) => chat.id)).not.toContain(chatId);
    expect(await firstTurn.claim(db, { ownerId: "ada", chatId })).toBeDefined();
  });
});
