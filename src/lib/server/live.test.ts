import pg from "pg";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createTestDatabase } from "../../../tests/support/postgres.ts";
import * as chats from "./chats.ts";
import { createDb } from "./db/index.ts";
import * as firstTurn from "./first-turn.ts";
import { createLiveFeed, type LiveEvent, type LiveFeed } from "./live.ts";

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let db: ReturnType<typeof createDb>;
let feed: LiveFeed;
const stops: string[] = [];

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
  feed = createLiveFeed(database.url, { onstop: (chatId) => stops.push(chatId) });
  await vi.waitFor(async () => expect(await listeners()).toBe(1));
});
afterAll(async () => {
  await feed.close();
  await db.destroy();
  await database.drop();
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
  feed.subscribe("ada", (event) => events.push(event));
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query = 'listen chat'`,
  );
  await client.end();
  await expect.poll(() => events, { timeout: 5_000 }).toContainEqual({ type: "resync" });
  const { chatId } = await chats.create(db, { ownerId: "ada", text: "again" });
  await expect.poll(() => events).toContainEqual({ type: "chat", chatId });
});
