import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { openTestDb } from "../../../tests/support/test-db.ts";
import * as chats from "./chats.ts";
import * as firstTurn from "./first-turn.ts";
import { createLiveFeed, type LiveEvent, type LiveFeed } from "./live.ts";

const { database, db } = await openTestDb("ada", "bob");
let feed: LiveFeed;
const stops: string[] = [];

beforeAll(async () => {
  feed = createLiveFeed(database.url, { onstop: (chatId) => stops.push(chatId) });
  await vi.waitFor(async () => expect(await listeners()).toBe(1), { timeout: 10_000 });
});
afterAll(async () => {
  await feed.close();
});

async function listeners(): Promise<number> {
  const client = new pg.Client(database.url);
  await client.connect();
  const { rows } = await client.query(
    `select pid from pg_stat_activity where datname = current_database() and query = 'listen chat'`,
  );
  await client.end();
  return rows.length;
}

it("tells a person about their own chats, and nobody about others'", async () => {
  const ada: LiveEvent[] = [];
  const bob: LiveEvent[] = [];
  const stop = feed.subscribe("ada", (event) => ada.push(event));
  feed.subscribe("bob", (event) => bob.push(event));
  feed.subscribe("ada", () => {
    throw new Error("a page that is gone");
  });
  const { chatId, messageId } = await chats.create(db, { ownerId: "ada", text: "hello" });
  await expect.poll(() => ada).toContainEqual({ type: "chat", chatId });
  expect(bob).toEqual([]);
  stop();
  const heard = ada.length;
  await chats.requestStop(db, { ownerId: "ada", chatId }, messageId);
  await chats.create(db, { ownerId: "bob", text: "hello" });
  await expect.poll(() => bob.length).toBe(1);
  expect(ada).toHaveLength(heard);
});

it("tells of a stop while somebody has the head start, whichever process took it", async () => {
  const later = await chats.create(db, { ownerId: "ada", text: "not begun" });
  const now = await chats.create(db, { ownerId: "ada", text: "begun" });
  await firstTurn.claim(db, { ownerId: "ada", chatId: now.chatId });
  for (const { chatId, messageId } of [later, now]) {
    expect(await chats.requestStop(db, { ownerId: "ada", chatId }, messageId)).toBe(true);
  }
  await expect.poll(() => stops).toEqual([now.chatId]);
});

it("comes back after its connection broke, and says that something may have been missed", async () => {
  const events: LiveEvent[] = [];
  const ofAll: LiveEvent[] = [];
  feed.subscribe("ada", (event) => events.push(event));
  feed.subscribeAll((event) => ofAll.push(event));
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query = 'listen chat'`,
  );
  await client.end();
  await expect.poll(() => events, { timeout: 5_000 }).toContainEqual({ type: "resync" });
  expect(ofAll).toContainEqual({ type: "resync" });
  const { chatId } = await chats.create(db, { ownerId: "ada", text: "again" });
  await expect.poll(() => events).toContainEqual({ type: "chat", chatId });
});

describe("a message queue", () => {
  it("tells of every change that a page could show, in its writer's transaction, and of no other", async () => {
    const { chatId } = await chats.create(db, { ownerId: "ada", text: "hello" });
    const events: LiveEvent[] = [];
    onTestFinished(feed.subscribe("ada", (event) => events.push(event)));
    await expect
      .poll(async () => {
        await db.updateTable("chat").set({ title: "Listening" }).where("id", "=", chatId).execute();
        return events;
      })
      .not.toEqual([]);
    /** What comes of a statement: the change of the title behind it has come when all of it has. */
    const heardOf = async (statement: { execute(): Promise<unknown> }) => {
      const title = crypto.randomUUID();
      const other = await chats.create(db, { ownerId: "ada", text: title });
      await expect.poll(() => events).toContainEqual({ type: "chat", chatId: other.chatId });
      events.length = 0;
      await statement.execute();
      const last = await chats.create(db, { ownerId: "ada", text: title });
      await expect.poll(() => events).toContainEqual({ type: "chat", chatId: last.chatId });
      return events.filter((event) => "chatId" in event && event.chatId === chatId);
    };
    const queue = { type: "queue", chatId };
    const row = { chat_id: chatId, id: "q1", position: 0, kind: "queue", parts: "[]" } as const;
    const queued = () => db.updateTable("queued_message").where("chat_id", "=", chatId);
    const chat = () => db.updateTable("chat").where("id", "=", chatId);
    expect(await heardOf(db.insertInto("queued_message").values(row))).toEqual([queue]);
    expect(await heardOf(queued().set({ parts: '[{"type":"text","text":"other"}]' }))).toEqual([queue]);
    expect(await heardOf(queued().set({ position: 3 }))).toEqual([queue]);
    expect(await heardOf(queued().set({ state: "sending", sent_at: new Date() }))).toEqual([queue]);
    expect(await heardOf(queued().set({ state: "sent", attempts: 2 }))).toEqual([]);
    expect(await heardOf(chat().set({ queue_paused_at: new Date() }))).toEqual([queue]);
    expect(await heardOf(chat().set({ queue_paused_at: new Date() }))).toEqual([]);
    expect(await heardOf(db.deleteFrom("queued_message").where("chat_id", "=", chatId))).toEqual([queue]);
    expect(await heardOf(chat().set({ title: "Another" }))).toEqual([{ type: "chat", chatId }]);
  });

  it("is heard of by the server whosever it is, and by no other person", async () => {
    const [all, bob]: LiveEvent[][] = [[], []];
    onTestFinished(feed.subscribeAll((event) => all?.push(event)));
    onTestFinished(feed.subscribe("bob", (event) => bob?.push(event)));
    const made = [
      await chats.create(db, { ownerId: "ada", text: "a" }),
      await chats.create(db, { ownerId: "bob", text: "b" }),
    ];
    for (const { chatId } of made)
      await db
        .insertInto("queued_message")
        .values({ chat_id: chatId, id: "q1", position: 0, kind: "queue", parts: "[]" })
        .execute();
    const queues = made.map(({ chatId }) => ({ type: "queue", chatId }));
    await expect.poll(() => all?.filter((event) => event.type === "queue")).toEqual(queues);
    expect(bob?.filter((event) => event.type === "queue")).toEqual(queues.slice(1));
  });
});
