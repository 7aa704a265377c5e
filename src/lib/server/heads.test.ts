import { beforeAll, describe, expect, it } from "vitest";
import { openTestDb } from "../../../tests/support/test-db.ts";
import * as conversation from "./conversation.ts";
import * as forks from "./forks.ts";
import * as heads from "./heads.ts";
import { jsonb } from "./jsonb.ts";

const ownerId = "ada";
const { database, db } = await openTestDb();

beforeAll(async () => {
  await database.query(
    `insert into "user" (id, name, email) values ('ada', 'A', 'a@example.org'), ('bob', 'B', 'b@b')`,
  );
});

/** `child<parent`, in the order of their making; ids that begin with `a` are answers, `!` is one that is being written. */
async function tree(head: string, ...rows: string[]): Promise<Which> {
  const chatId = crypto.randomUUID();
  await db.insertInto("chat").values({ id: chatId, owner_id: ownerId, title: "Trip" }).execute();
  for (const row of rows) {
    const [id = "", parent] = row.replace("!", "").split("<");
    await db
      .insertInto("message")
      .values({
        ...{ chat_id: chatId, id, parent_id: parent ?? null, role: id.startsWith("a") ? "assistant" : "user" },
        ...{ parts: jsonb([{ type: "text", text: id }]), final: !row.includes("!") },
      })
      .execute();
  }
  await db.updateTable("chat").set({ head_id: head }).where("id", "=", chatId).execute();
  return { ownerId, chatId };
}
type Which = { ownerId: string; chatId: string };

const opened = (which: Which) => conversation.open(db, which);
const path = async (which: Which) => (await opened(which))?.messages.map((message) => message.id).join(" ");
const head = async ({ chatId }: Which) =>
  (await db.selectFrom("chat").select("head_id").where("id", "=", chatId).executeTakeFirst())?.head_id;

describe("the way to a message", () => {
  const rows = ["u1", "a1<u1", "u2<a1", "a2<u2", "u2b<a1", "a2b<u2b", "u3b<a2b", "a3b<u3b"];

  it("leads to a branch that has it, and to the end of that", async () => {
    const which = await tree("a2", ...rows);
    expect(await heads.goTo(db, which, "a2b")).toEqual({ below: null });
    expect(await path(which)).toBe("u1 a1 u2b a2b u3b a3b");
    await heads.goTo(db, which, "u2");
    expect(await path(which)).toBe("u1 a1 u2 a2");
  });

  it("moves nobody who is there already, and is only the owner's", async () => {
    const which = await tree("a2b", ...rows);
    expect(await heads.goTo(db, which, "u1")).toEqual({ below: null });
    expect(await head(which)).toBe("a2b");
    expect(await heads.goTo(db, { ...which, ownerId: "bob" }, "u2")).toBeUndefined();
    expect(await heads.goTo(db, which, "nosuch")).toBeUndefined();
    expect(await head(which)).toBe("a2b");
  });
});

describe("a switch", () => {
  const rows = ["u1", "a1<u1", "u2<a1", "a2<u2", "u3<a2", "a3<u3", "u2b<a1", "a2b<u2b"];

  it("goes to the leaf that was last visited below, and further down to what came since", async () => {
    const which = await tree("a2", ...rows);
    await heads.visit(db, which, { parentId: "a1", id: "u2b" });
    expect(await path(which)).toBe("u1 a1 u2b a2b");
    await heads.visit(db, which, { parentId: "a1", id: "u2" });
    // It was left at a2, and u3 with its answer hangs below.
    expect(await path(which)).toBe("u1 a1 u2 a2 u3 a3");
    await heads.visit(db, which, { parentId: "a1", id: "u2" });
    expect(await path(which)).toBe("u1 a1 u2 a2 u3 a3");
  });

  it("goes between roots, and comes back to the branch that was left, not to the newest", async () => {
    const which = await tree("a3", ...rows, "u0", "a0<u0");
    await heads.visit(db, which, { parentId: null, id: "u0" });
    expect(await path(which)).toBe("u0 a0");
    await heads.visit(db, which, { parentId: null, id: "u1" });
    expect(await path(which)).toBe("u1 a1 u2 a2 u3 a3");
  });

  it("stays above an answer that is being written, and knows one that died", async () => {
    const which = await tree("a2b", ...rows, "u4<a3", "a4<u4!");
    await heads.visit(db, which, { parentId: "a1", id: "u2" });
    expect(await head(which)).toBe("u4");
    await db
      .updateTable("chat")
      .set({ answering_id: "u4", status: "running" })
      .where("id", "=", which.chatId)
      .execute();
    await heads.visit(db, which, { parentId: "a1", id: "u2" });
    expect(await head(which)).toBe("a4");
    await heads.visit(db, which, { parentId: "u4", id: null });
    expect(await head(which)).toBe("u4");
  });

  it("to an answer that came to its end meanwhile shows it", async () => {
    const which = await tree("a2b", ...rows);
    expect(await heads.visit(db, which, { parentId: "u3", id: null })).toEqual({ below: "u3" });
    expect(await path(which)).toBe("u1 a1 u2 a2 u3 a3");
  });

  it("makes what it shows read, and nothing else", async () => {
    const which = await tree("a3", ...rows, "u0", "a0<u0");
    await db.updateTable("message").set({ unread: true }).where("id", "in", ["a2b", "a0"]).execute();
    await heads.visit(db, which, { parentId: "a1", id: "u2b" });
    const unread = await db
      .selectFrom("message")
      .select("id")
      .where("chat_id", "=", which.chatId)
      .where("unread", "=", true);
    expect(await unread.execute()).toEqual([{ id: "a0" }]);
  });

  it("finds nothing in a foreign chat, nor a child of another message", async () => {
    const which = await tree("a3", ...rows);
    expect(await heads.visit(db, { ...which, ownerId: "bob" }, { parentId: "a1", id: "u2" })).toBeUndefined();
    expect(await heads.visit(db, which, { parentId: "a2", id: "u2" })).toBeUndefined();
    expect(await heads.visit(db, which, { parentId: null, id: "u2" })).toBeUndefined();
    expect(await heads.visit(db, which, { parentId: "x", id: null })).toBeUndefined();
    expect(await head(which)).toBe("a3");
  });
});

describe("an undo", () => {
  const rows = ["u1", "a1<u1", "u2<a1", "a2<u2"];

  it("takes the last exchange back, once however often it is asked for, and can be taken back itself", async () => {
    const which = await tree("a2", ...rows);
    expect(await heads.undo(db, which, "u2")).toEqual({ below: "a1" });
    await heads.undo(db, which, "u2");
    expect(await path(which)).toBe("u1 a1");
    expect((await opened(which))?.branches).toEqual({ a1: [{ id: "u2", mark: null }] });
    await heads.visit(db, which, { parentId: "a1", id: "u2" });
    expect(await path(which)).toBe("u1 a1 u2 a2");
  });

  it("goes back to before the first message, and leaves alone what is not the last question", async () => {
    const which = await tree("a2", ...rows);
    await heads.undo(db, which, "u1");
    expect(await path(which)).toBe("u1 a1 u2 a2");
    await heads.undo(db, which, "u2");
    await heads.undo(db, which, "u1");
    expect(await path(which)).toBe("");
    expect(await heads.undo(db, which, "nowhere")).toBeUndefined();
  });
});

describe("a fork", () => {
  it("has the path up to the message, and says where it is from until that chat is gone", async () => {
    const which = await tree("a2", "u1", "a1<u1", "u2<a1", "a2<u2", "u2b<a1");
    const fork = { ownerId, chatId: (await forks.create(db, { ...which, messageId: "a1" }))?.chatId ?? "" };
    expect(await opened(fork)).toMatchObject({
      chat: { title: "Trip", status: "idle", forkedFrom: { chatId: which.chatId, messageId: "a1", title: "Trip" } },
      messages: [{ id: "u1" }, { id: "a1" }],
      branches: {},
      hasSession: false,
      isRunning: false,
    });
    await db.updateTable("chat").set({ deleted_at: new Date() }).where("id", "=", which.chatId).execute();
    expect((await opened(fork))?.chat.forkedFrom).toBeNull();
    await db.deleteFrom("chat").where("id", "=", which.chatId).execute();
    expect(await path(fork)).toBe("u1 a1");
  });

  it("at a question is to be answered", async () => {
    const which = await tree("a2", "u1", "a1<u1", "u2<a1", "a2<u2");
    const fork = { ownerId, chatId: (await forks.create(db, { ...which, messageId: "u2" }))?.chatId ?? "" };
    expect(await opened(fork)).toMatchObject({
      chat: { status: "running" },
      answering: { messageId: "u2", isShown: true },
      branches: {},
    });
    const row = await db.selectFrom("chat").selectAll().where("id", "=", fork.chatId).executeTakeFirst();
    expect(row).toMatchObject({ first_turn: "pending", head_id: "u2", answering_id: "u2" });
  });

  it("takes the copy of an answer that is being written for one that was stopped", async () => {
    const which = await tree("a1", "u1", "a1<u1!");
    const fork = { ownerId, chatId: (await forks.create(db, { ...which, messageId: "a1" }))?.chatId ?? "" };
    expect((await opened(fork))?.messages[1]?.metadata).toEqual({ stopped: true });
  });

  it("of a foreign chat or an unknown message is none", async () => {
    const which = await tree("a1", "u1", "a1<u1");
    expect(await forks.create(db, { ...which, ownerId: "bob", messageId: "a1" })).toBeUndefined();
    expect(await forks.create(db, { ...which, messageId: "nowhere" })).toBeUndefined();
  });
});

it("tells only what changed below the fork", async () => {
  const which = await tree("a2", "u1", "a1<u1", "u2<a1", "a2<u2", "u2b<a1");
  const below = await conversation.open(db, which, { after: "a1" });
  expect(below).toMatchObject({ after: "a1", messages: [{ id: "u2", parts: [{ text: "u2" }] }, { id: "a2" }] });
  expect(Object.keys(below?.branches ?? {})).toEqual(["a1"]);
  expect(await conversation.open(db, which, { after: "u2b" })).toMatchObject({ after: null, messages: { length: 4 } });
});
