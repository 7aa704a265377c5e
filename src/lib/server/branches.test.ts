import { beforeAll, describe, expect, it } from "vitest";
import { openTestDb } from "../../../tests/support/test-db.ts";
import { shown } from "./branches.ts";
import { jsonb } from "./jsonb.ts";
import * as messages from "./messages.ts";

const { database, db } = await openTestDb();

beforeAll(async () => {
  await database.query(`insert into "user" (id, name, email) values ('ada', 'A', 'a@example.org')`);
});

type Row = { id: string; under: string | null; open?: boolean; unread?: boolean; hidden?: boolean };

/** A chat of these rows, in the order of their making; ids that begin with `a` are answers. */
async function tree(rows: Row[]) {
  const chatId = crypto.randomUUID();
  await db.insertInto("chat").values({ id: chatId, owner_id: "ada", title: "Chat" }).execute();
  for (const { id, under, open = false, unread = false, hidden = false } of rows) {
    await db
      .insertInto("message")
      .values({
        ...{ chat_id: chatId, id, parent_id: under, role: id.startsWith("a") ? "assistant" : "user" },
        ...{ parts: jsonb([{ type: "text", text: id }]), final: !open, unread, hidden },
      })
      .execute();
  }
  return async (headId: string | null, answeringId: string | null = null) =>
    shown(db, { chatId, path: await messages.path(db, chatId, headId), answeringId });
}

const branch = (id: string | null, mark: "running" | "unread" | null = null) => ({ id, mark });
const line: Row[] = [
  { id: "u1", under: null },
  { id: "a1", under: "u1" },
  { id: "u2", under: "a1" },
  { id: "a2", under: "u2" },
];

describe("the branches of a path", () => {
  it("are the children of its forks, oldest first, roots included", async () => {
    const at = await tree([
      ...line,
      { id: "a1b", under: "u1" },
      { id: "u1b", under: null },
      { id: "u2c", under: "a1" },
    ]);
    const branches = {
      "": [branch("u1"), branch("u1b")],
      u1: [branch("a1"), branch("a1b")],
      a1: [branch("u2"), branch("u2c")],
    };
    expect(await at("a2")).toEqual({ branches, answering: null });
    expect((await at("a1b")).branches).toEqual({ "": branches[""], u1: branches.u1 });
  });

  it("are also the single child of its end, which an undo left", async () => {
    const at = await tree(line);
    expect((await at("a1")).branches).toEqual({ a1: [branch("u2")] });
    expect((await at(null)).branches).toEqual({ "": [branch("u1")] });
    expect((await at("a2")).branches).toEqual({});
  });

  it("leave out what was removed and what a turn that died had begun", async () => {
    const at = await tree([...line, { id: "a2h", under: "u2", hidden: true }, { id: "a2o", under: "u2", open: true }]);
    expect((await at("a2")).branches).toEqual({});
    expect((await at("a2o")).branches).toEqual({ u2: [branch("a2"), branch("a2o")] });
  });
});

describe("what is being answered", () => {
  it("is shown when the path ends with it, or with its unfinished answer", async () => {
    const at = await tree([...line, { id: "u3", under: "a2" }]);
    expect(await at("u3", "u3")).toEqual({ branches: {}, answering: { messageId: "u3", isShown: true } });
    const withStep = await tree([...line, { id: "u3", under: "a2" }, { id: "a3", under: "u3", open: true }]);
    expect(await withStep("a3", "u3")).toEqual({ branches: {}, answering: { messageId: "u3", isShown: true } });
    // An answer that goes on.
    expect(await at("a2", "a2")).toMatchObject({ answering: { messageId: "a2", isShown: true } });
  });

  it("is a branch without a message beside the answers that its question has", async () => {
    const at = await tree(line);
    const branches = { u2: [branch("a2"), branch(null, "running")] };
    expect(await at("a2", "u2")).toEqual({ branches, answering: { messageId: "u2", isShown: false } });
    expect(await at("u2", "u2")).toEqual({ branches, answering: { messageId: "u2", isShown: true } });
  });

  it("marks the branch that it is below, however deep, and outweighs an unread answer there", async () => {
    const at = await tree([
      ...line,
      ...[
        { id: "u2b", under: "a1" },
        { id: "a2b", under: "u2b", unread: true },
        { id: "u3b", under: "a2b" },
      ],
      { id: "u1b", under: null },
      { id: "a1b", under: "u1b", unread: true },
    ]);
    expect(await at("a2", "u3b")).toEqual({
      branches: { "": [branch("u1"), branch("u1b", "unread")], a1: [branch("u2"), branch("u2b", "running")] },
      answering: { messageId: "u3b", isShown: false },
    });
    expect((await at("u3b", "u3b")).branches).toEqual({
      "": [branch("u1"), branch("u1b", "unread")],
      a1: [branch("u2"), branch("u2b")],
    });
    expect((await at(null, "u3b")).branches[""]).toEqual([branch("u1", "running"), branch("u1b", "unread")]);
  });

  it("is not told before its question is stored", async () => {
    const at = await tree(line);
    expect(await at("a2", "u9")).toEqual({ branches: {}, answering: null });
  });
});
