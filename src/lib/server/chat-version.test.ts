import { sql } from "kysely";
import { beforeEach, describe, expect, it } from "vitest";
import { openTestDb } from "../../../tests/support/test-db.ts";
import { versionOf } from "./chat-version.ts";
import * as conversation from "./conversation.ts";
import { jsonb } from "./jsonb.ts";

const ownerId = "ada";
const { db } = await openTestDb(ownerId, "eve");
let chatId: string;
const version = () => versionOf(db, { ownerId, chatId });
const message = (id: string, parentId: string | null) => ({
  ...{ chat_id: chatId, id, parent_id: parentId, role: parentId === null ? ("user" as const) : ("assistant" as const) },
  parts: jsonb([{ type: "text", text: id }]),
});
const rewrite = (id: string, text: string) =>
  db
    .updateTable("message")
    .set({ parts: jsonb([{ type: "text", text }]) })
    .where("chat_id", "=", chatId)
    .where("id", "=", id);

beforeEach(async () => {
  chatId = crypto.randomUUID();
  await db.insertInto("chat").values({ id: chatId, owner_id: ownerId, title: "Chat" }).execute();
  await db
    .insertInto("message")
    .values([message("q", null), message("a", "q"), message("beside", "q")])
    .execute();
  await db.updateTable("chat").set({ head_id: "a" }).where("id", "=", chatId).execute();
});

describe("the version of a chat", () => {
  it("is the one that its page came with, and the same however often one looks", async () => {
    const seen = await version();
    expect(seen).toMatch(/^[0-9a-f]{32}$/);
    expect((await conversation.open(db, { ownerId, chatId }))?.version).toBe(seen);
    await db
      .updateTable("chat")
      .set({ last_read_at: sql`now()` })
      .where("id", "=", chatId)
      .execute();
    expect(await version()).toBe(seen);
  });

  it.each<[string, () => Promise<unknown>]>([
    ["its title", () => db.updateTable("chat").set({ title: "Other" }).where("id", "=", chatId).execute()],
    ["its status", () => db.updateTable("chat").set({ status: "running" }).where("id", "=", chatId).execute()],
    ["its head", () => db.updateTable("chat").set({ head_id: "q" }).where("id", "=", chatId).execute()],
    ["what a message says", () => rewrite("q", "else").execute()],
    ["a new message", () => db.insertInto("message").values(message("b", "q")).execute()],
    [
      "a message that goes",
      () => db.deleteFrom("message").where("chat_id", "=", chatId).where("id", "=", "beside").execute(),
    ],
    [
      "where its stream is",
      () => db.insertInto("chat_session").values({ chat_id: chatId, last_event_id: "7" }).execute(),
    ],
    [
      "what waits",
      () =>
        sql`insert into queued_message (chat_id, id, parts, kind, position)
        values (${chatId}, 'w', '[]', 'queue', 1)`.execute(db),
    ],
    [
      "a summary",
      () =>
        sql`insert into compaction (chat_id, message_id, summary, messages, model)
        values (${chatId}, 'a', 's', 2, 'm')`.execute(db),
    ],
  ])("is another after a change of %s", async (_what, change) => {
    const before = await version();
    await change();
    expect(await version()).not.toBe(before);
  });

  it("is another when a write is seen after one that began later", async () => {
    let between: string | undefined;
    await db.transaction().execute(async (early) => {
      await sql`select pg_current_xact_id()`.execute(early);
      await rewrite("q", "later").execute();
      await early
        .updateTable("message")
        .set({ unread: true })
        .where("id", "=", "a")
        .where("chat_id", "=", chatId)
        .execute();
      between = await version();
    });
    expect(await version()).not.toBe(between);
  });

  it("is nobody else's to ask for", async () => {
    expect(await versionOf(db, { ownerId: "eve", chatId })).toBeUndefined();
    expect(await versionOf(db, { ownerId, chatId: "nowhere" })).toBeUndefined();
  });
});
