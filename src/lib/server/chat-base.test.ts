import { beforeEach, describe, expect, it } from "vitest";
import { openTestDb } from "../../../tests/support/test-db.ts";
import { baseOf } from "./chat-base.ts";
import * as compactions from "./compactions.ts";
import * as conversation from "./conversation.ts";
import { jsonb } from "./jsonb.ts";

const ownerId = "ada";
const { db } = await openTestDb(ownerId);
const LENGTH = 10;
/** The last of the ten that is not told again. */
const END = "m4";
let chatId: string;

const message = (n: number) => ({
  ...{ chat_id: chatId, id: `m${n}`, parent_id: n === 1 ? null : `m${n - 1}` },
  role: n % 2 === 1 ? ("user" as const) : ("assistant" as const),
  parts: jsonb([{ type: "text", text: `text ${n}` }]),
});
const change = (id: string, values: { hidden: true } | { final: false; error: string } | { parts: string }) =>
  db.updateTable("message").set(values).where("chat_id", "=", chatId).where("id", "=", id).execute();
const moveHead = (id: string) => db.updateTable("chat").set({ head_id: id }).where("id", "=", chatId).execute();
const open = (after: string | null = null) => conversation.open(db, { ownerId, chatId }, { after });
const summary = (messageId: string) => ({ messageId, summary: "so far", messages: 2, model: "demo:demo" });

beforeEach(async () => {
  chatId = crypto.randomUUID();
  await db.insertInto("chat").values({ id: chatId, owner_id: ownerId, title: "Chat" }).execute();
  await db
    .insertInto("message")
    .values(Array.from({ length: LENGTH }, (_, at) => message(at + 1)))
    .execute();
  await moveHead(`m${LENGTH}`);
});

describe("the part of a chat that is not told again", () => {
  it("leaves out the last messages, and is nothing of a short chat", async () => {
    expect((await open())?.base?.id).toBe(END);
    await moveHead("m6");
    expect((await open())?.base).toBeUndefined();
    expect(baseOf([], undefined)).toBeUndefined();
  });

  it("is the same as long as nothing of it changed, and with what came after it all is there", async () => {
    const before = await open();
    await change("m5", { final: false, error: "It broke off." });
    await db
      .insertInto("message")
      .values([message(11), message(12)])
      .execute();
    await moveHead("m12");
    const [after, all] = [await open(END), await open()];
    expect(after?.mark).toBe(before?.base?.mark);
    const known = before?.messages.slice(0, 4) ?? [];
    expect([...known, ...(after?.messages ?? [])]).toEqual(all?.messages);
    expect(after).toMatchObject({ after: END, version: all?.version, base: all?.base, branches: all?.branches });
  });

  it.each<[string, () => Promise<unknown>]>([
    ["what a message says", () => change("m1", { parts: jsonb([{ type: "text", text: "else" }]) })],
    ["how an answer ended", () => change(END, { final: false, error: "It broke off." })],
    ["a message that is hidden", () => change("m2", { hidden: true })],
    ["a summary", () => db.transaction().execute((trx) => compactions.write(trx, chatId, summary("m2")))],
    [
      "the branch",
      () =>
        db
          .insertInto("message")
          .values({ ...message(2), id: "other" })
          .execute()
          .then(() => moveHead("other")),
    ],
  ])("is another one after a change of %s", async (_of, make) => {
    const before = await open();
    await make();
    expect((await open(END))?.mark).not.toBe(before?.base?.mark);
  });

  it("is another one when a summary of it gives way to a longer one", async () => {
    await db.transaction().execute((trx) => compactions.write(trx, chatId, summary("m2")));
    const before = await open();
    await db.transaction().execute((trx) => compactions.write(trx, chatId, { ...summary("m8"), messages: 8 }));
    expect((await open(END))?.mark).not.toBe(before?.base?.mark);
  });
});
