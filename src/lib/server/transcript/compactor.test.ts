import pg from "pg";
import { expect, it, vi } from "vitest";
import { openTestDb } from "../../../../tests/support/test-db.ts";
import type { SkeinMessage } from "../../tools/message.ts";
import { jsonb } from "../jsonb.ts";
import { Compactor } from "./compactor.ts";

const ownerId = "owner";
const { database, db } = await openTestDb(ownerId);

const said = (id: string): SkeinMessage => ({
  id,
  role: id.startsWith("q") ? "user" : "assistant",
  parts: [{ type: "text", text: `text of ${id}` }],
});

/** A chat with one path, and what a turn at its end would summarise it with. */
async function chatOf(...ids: string[]) {
  const chatId = crypto.randomUUID();
  await db
    .insertInto("chat")
    .values({ id: chatId, owner_id: ownerId, title: "t", last_activity_at: new Date() })
    .execute();
  const path = ids.map(said);
  for (const [at, { id, role, parts }] of path.entries()) {
    const parent_id = path[at - 1]?.id ?? null;
    await db
      .insertInto("message")
      .values({ chat_id: chatId, id, parent_id, role: role as "user", parts: jsonb(parts) })
      .execute();
  }
  const asked: string[] = [];
  const options = (summary: string | Promise<string> = "a summary") => ({
    ...{ chatId, path, keep: 2, model: "compatible:numbered", tokens: 10_000 },
    summarise: (conversation: string) => {
      asked.push(conversation);
      return Promise.resolve(summary);
    },
  });
  const stored = () =>
    db
      .selectFrom("compaction")
      .select(["message_id as messageId", "summary", "messages"])
      .where("chat_id", "=", chatId)
      .orderBy("messages")
      .execute();
  const change = (id: string) =>
    db
      .updateTable("message")
      .set({ parts: jsonb([{ type: "text", text: "changed" }]) })
      .where("chat_id", "=", chatId)
      .where("id", "=", id)
      .execute();
  return { chatId, path, asked, options, stored, change };
}

const long = ["q1", "a1", "q2", "a2", "q3", "a3"];
const held = { messageId: "a1", summary: "a summary", messages: 2 };

it("writes the summary on the last message that it speaks for, and tells the open pages", async () => {
  const { chatId, asked, options, stored } = await chatOf(...long);
  const listener = new pg.Client(database.url);
  await listener.connect();
  await listener.query("listen chat");
  const heard = new Promise((resolve) => listener.on("notification", ({ payload }) => resolve(payload)));
  expect(await new Compactor(db).compact(options())).toEqual(held);
  expect(asked).toEqual(["Person: text of q1\n\nAssistant: text of a1"]);
  expect(await stored()).toEqual([held]);
  expect(JSON.parse(String(await heard))).toEqual({ chatId, ownerId });
  await listener.end();
});

it("asks the model once for what two turns need at the same time, and never for what is summarised", async () => {
  const { asked, options, stored } = await chatOf(...long);
  const compactor = new Compactor(db);
  const both = [compactor.compact(options()), compactor.compact(options("another"))];
  expect(compactor.isBusy).toBe(true);
  expect(await Promise.all(both)).toEqual([held, held]);
  expect(compactor.isBusy).toBe(false);
  expect(asked).toHaveLength(1);
  expect(await stored()).toEqual([held]);
});

it("is written once by two processes", async () => {
  const { asked, options, stored } = await chatOf(...long);
  const bothAsked = vi.waitUntil(() => asked.length === 2);
  const both = ["first", "second"].map((summary) => new Compactor(db).compact(options(bothAsked.then(() => summary))));
  const [one, other] = await Promise.all(both);
  expect(one).toEqual(other);
  expect(await stored()).toEqual([one]);
});

it("goes on after a summary that failed", async () => {
  const { options, stored } = await chatOf(...long);
  const compactor = new Compactor(db);
  const failing = compactor.compact({ ...options(), summarise: () => Promise.reject(new Error("no")) });
  const next = compactor.compact(options());
  await expect(failing).rejects.toThrow("no");
  expect(await next).toEqual(held);
  expect(await stored()).toEqual([held]);
});

it("summarises on top of the summary before", async () => {
  const { asked, options, stored } = await chatOf(...long, "q4", "a4");
  const compactor = new Compactor(db);
  await compactor.compact({ ...options("the first"), path: long.map(said) });
  expect(await compactor.compact(options("the second"))).toEqual({
    ...{ messageId: "a2", summary: "the second", messages: 4 },
  });
  expect(asked[1]).toBe("Summary of what came before: the first\n\nPerson: text of q2\n\nAssistant: text of a2");
  expect(await stored()).toHaveLength(2);
});

it("writes nothing about what was changed while the model wrote", async () => {
  const { options, stored, change } = await chatOf(...long);
  const compacting = new Compactor(db).compact({
    ...options(),
    summarise: async () => {
      await change("a1");
      return "of what is no more";
    },
  });
  expect(await compacting).toBeUndefined();
  expect(await stored()).toEqual([]);
});

it("is forgotten when a message it speaks for is changed, and only then", async () => {
  const { options, stored, change } = await chatOf(...long);
  await new Compactor(db).compact(options());
  await change("a3");
  expect(await stored()).toEqual([held]);
  await change("q1");
  expect(await stored()).toEqual([]);
});

it("waits for messages that are not stored yet", async () => {
  const { asked, options } = await chatOf(...long);
  const path = [...long, "q4", "a4", "q5", "a5", "q6", "a6"].map(said);
  expect(await new Compactor(db).compact({ ...options(), path })).toBeUndefined();
  expect(asked).toEqual([]);
});
