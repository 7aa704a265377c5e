import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase } from "../../../tests/support/postgres.ts";
import * as chats from "./chats.ts";
import * as conversation from "./conversation.ts";
import { createDb } from "./db/index.ts";
import * as firstTurn from "./first-turn.ts";

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let db: ReturnType<typeof createDb>;

beforeAll(async () => {
  database = await createTestDatabase();
  db = createDb(database.url);
  for (const id of ["ada", "bob"]) {
    await db
      .insertInto("user")
      .values({
        id,
        name: id,
        email: `${id}@example.org`,
        emailVerified: false,
        createdAt: new Date(),
        updatedAt: new Date(),
      })
      .execute();
  }
});
afterAll(async () => {
  await db.destroy();
  await database.drop();
});

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

  it("takes a megabyte of text", async () => {
    const text = "many words ".repeat(95_000);
    const { chatId } = await chats.create(db, { ownerId: "ada", text });
    expect((await conversation.open(db, { ownerId: "ada", chatId }))?.messages[0]?.parts).toEqual([
      { type: "text", text },
    ]);
  });

  it("is nobody else's", async () => {
    const { chatId } = await chats.create(db, { ownerId: "ada", text: "private" });
    expect(await conversation.open(db, { ownerId: "bob", chatId })).toBeUndefined();
    expect(await firstTurn.claim(db, { ownerId: "bob", chatId })).toBeUndefined();
    await chats.requestStop(db, { ownerId: "bob", chatId });
    expect(await firstTurn.stopRequested(db, chatId)).toBe(false);
    expect(await chats.list(db, { ownerId: "bob" })).toEqual([]);
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

it("lists an inbox page by page, newest activity first, also within one millisecond", async () => {
  const made = await Promise.all([1, 2, 3, 4, 5].map((n) => chats.create(db, { ownerId: "bob", text: `chat ${n}` })));
  const ids = made.map((chat) => chat.chatId);
  await db
    .updateTable("chat")
    .set({ last_activity_at: sql`now()` })
    .where("id", "in", ids.slice(0, 4))
    .execute();
  const first = await chats.list(db, { ownerId: "bob", limit: 3 });
  const second = await chats.list(db, { ownerId: "bob", limit: 3, before: first.at(-1) });
  const listed = [...first, ...second].map((chat) => chat.id);
  expect(listed.slice(0, 4)).toEqual(ids.slice(0, 4).sort().reverse());
  expect(listed.slice(4)).toEqual(ids.slice(4));
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
