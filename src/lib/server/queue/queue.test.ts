import { sql } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import { openTestDb } from "../../../../tests/support/test-db.ts";
import { filePart } from "../../tools/file.ts";
import { arrangeSchema } from "../../tools/queue.ts";
import * as chats from "../chats.ts";
import * as conversation from "../conversation.ts";
import * as forks from "../forks.ts";
import * as files from "../files/files.ts";
import { createFileStores } from "../files/storage.ts";
import { sweepFiles } from "../files/sweep.ts";
import { arrange } from "./arrange.ts";
import { edit, remove } from "./edit.ts";
import { enqueue } from "./enqueue.ts";
import { read } from "./read.ts";
import { MOST_WAITING } from "./rules.ts";
import {
  ask,
  chatRow,
  RecordedInput,
  rowsOf,
  sent,
  setStatus,
  settledChat,
  waiting,
  words,
} from "./testing/queue-chat.ts";

const ownerId = "ada";
const { database, db } = await openTestDb("ada", "bob");
let input: RecordedInput;

beforeAll(async () => {
  input = new RecordedInput(db);
});

async function running(...queued: string[]) {
  const chatId = await settledChat(db, ownerId);
  await setStatus(db, chatId, "running");
  const which = { ownerId, chatId };
  for (const id of queued) await ask(input, which, id);
  return which;
}

describe("a queue", () => {
  it("keeps messages in the order in which they came, and says so to every page", async () => {
    const which = await running("q1", "q2");
    const queue = await read(db, which);
    expect(queue).toEqual({
      isPaused: false,
      items: ["q1", "q2"].map((id) => ({ id, parts: words(id), model: null, kind: "queue", state: "waiting" })),
    });
    expect((await conversation.open(db, which))?.queue).toEqual(queue);
    expect(input.of(which.chatId)).toEqual([]);
  });

  it("takes a message once, however often it is sent, and none that is in the conversation", async () => {
    const which = await running("q1");
    const other = { message: { id: "q1", parts: words("other") }, kind: "queue" as const };
    expect(waiting(await enqueue(db, which, other))).toEqual(["q1"]);
    expect((await read(db, which))?.items[0]?.parts).toEqual(words("q1"));
    expect(waiting(await ask(input, which, "u1"))).toEqual(["q1"]);
  });

  it("is its owner's alone", async () => {
    const which = await running("q1");
    const bob = { ...which, ownerId: "bob" };
    for (const is of [bob, { ownerId, chatId: "nobody's" }, { ownerId, chatId: "\0" }]) {
      expect(await read(db, is)).toBeUndefined();
      expect(await ask(input, is, "q2", "interrupt")).toBeUndefined();
      expect(await edit(db, is, "q1", { parts: words("mine") })).toBeUndefined();
      expect(await edit(db, is, "q1", { kind: "steer" })).toBeUndefined();
      expect(await remove(db, is, "q1")).toBeUndefined();
      expect(await arrange(db, is, { order: ["q1"] })).toBeUndefined();
      expect(await arrange(db, is, { isPaused: true })).toBeUndefined();
    }
    expect(await read(db, which)).toMatchObject({ isPaused: false, items: [{ id: "q1", parts: words("q1") }] });
    expect((await chatRow(db, which.chatId)).stop_requested_at).toBeNull();
  });

  it("is full with a hundred", async () => {
    const which = await running();
    await db
      .insertInto("queued_message")
      .values(
        Array.from({ length: MOST_WAITING }, (_, position) => ({
          ...{ chat_id: which.chatId, id: `q${position}`, position, kind: "queue" as const },
          parts: "[]",
        })),
      )
      .execute();
    expect(await ask(input, which, "one more")).toEqual({ refused: "full" });
    expect(waiting(await remove(db, which, "q0"))).toHaveLength(MOST_WAITING - 1);
    expect(waiting(await ask(input, which, "one more"))).toHaveLength(MOST_WAITING);
  });

  it("goes with its chat, and not into a fork of it", async () => {
    const which = await running("q1");
    const fork = await forks.create(db, { ...which, messageId: "a1" });
    expect(await read(db, { ownerId, chatId: fork?.chatId ?? "" })).toEqual({ isPaused: false, items: [] });
    await db.updateTable("chat").set({ deleted_at: new Date() }).where("id", "=", which.chatId).execute();
    expect(await read(db, which)).toBeUndefined();
    await db.deleteFrom("chat").where("id", "=", which.chatId).execute();
    expect(await rowsOf(db, which.chatId)).toEqual([]);
  });

  it("stores words that Postgres would refuse", async () => {
    const which = await running();
    const message = { id: "q1", parts: words("a\0b\ud800") };
    await enqueue(db, which, { message, kind: "queue", model: "x\0y" });
    expect((await read(db, which))?.items).toMatchObject([{ parts: words("ab\ufffd"), model: "xy" }]);
  });
});

describe("what waits", () => {
  it("can get other words, and be taken away twice", async () => {
    const which = await running("q1", "q2");
    await edit(db, which, "q1", { parts: words("better") });
    expect((await read(db, which))?.items[0]?.parts).toEqual(words("better"));
    expect(waiting(await remove(db, which, "q1"))).toEqual(["q2"]);
    expect(waiting(await remove(db, which, "q1"))).toEqual(["q2"]);
    expect(await edit(db, which, "q1", { parts: words("late") })).toEqual({ refused: "gone" });
    expect(await edit(db, which, "u1", { parts: words("late") })).toEqual({ refused: "sent" });
    expect(await remove(db, which, "u1")).toEqual({ refused: "sent" });
  });

  it("can be put into another order; what an order does not know stays behind it, what it alone knows is left out", async () => {
    const which = await running("q1", "q2", "q3", "q4");
    const order = (...ids: string[]) => arrange(db, which, arrangeSchema.parse({ order: ids }));
    expect(waiting(await order("q4", "q3", "q2", "q1"))).toEqual(["q4", "q3", "q2", "q1"]);
    expect(waiting(await order("q1", "unknown", "q1", "u1"))).toEqual(["q1", "q4", "q3", "q2"]);
    expect(waiting(await order())).toEqual(["q1", "q4", "q3", "q2"]);
    expect(await order("unknown", "u1")).toEqual({ refused: "sent" });
    expect(waiting(await ask(input, which, "q5"))).toEqual(["q1", "q4", "q3", "q2", "q5"]);
  });

  it("cannot be changed any more once it is on its way", async () => {
    const which = await running("q1", "q2");
    await sent(input, await edit(db, which, "q1", { kind: "steer" }));
    expect(await edit(db, which, "q1", { parts: words("late") })).toEqual({ refused: "sent" });
    expect(await edit(db, which, "q1", { kind: "steer" })).toEqual({ refused: "sent" });
    expect(await remove(db, which, "q1")).toEqual({ refused: "sent" });
    expect(await arrange(db, which, { order: ["q1"] })).toEqual({ refused: "sent" });
    expect(waiting(await arrange(db, which, { order: ["q2", "q1"] }))).toEqual(["q2"]);
    expect(input.of(which.chatId)).toEqual(["q1"]);
  });
});

describe("a race between other words and the sending", () => {
  /** Holds the chat's row as somebody else would who claims the message, until it claims it. */
  async function held(chatId: string) {
    let open = () => {};
    let isLocked = () => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const locked = new Promise<void>((resolve) => (isLocked = resolve));
    const transaction = db.transaction().execute(async (trx) => {
      await trx.selectFrom("chat").select("id").where("id", "=", chatId).forNoKeyUpdate().execute();
      isLocked();
      await gate;
      await trx
        .updateTable("queued_message")
        .set({ state: "sending", sent_at: new Date(), attempts: 1 })
        .where("chat_id", "=", chatId)
        .where("id", "=", "q1")
        .execute();
    });
    await locked;
    return {
      claims: () => {
        open();
        return transaction;
      },
    };
  }
  const waitsForLock = () =>
    expect
      .poll(() =>
        database.query(
          "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        ),
      )
      .toHaveLength(1);

  it("is lost by the words that come after the claim", async () => {
    const which = await running("q1");
    const claimer = await held(which.chatId);
    const late = edit(db, which, "q1", { parts: words("late") });
    await waitsForLock();
    await claimer.claims();
    expect(await late).toEqual({ refused: "sent" });
    expect((await read(db, which))?.items).toMatchObject([{ parts: words("q1"), state: "sent" }]);
  });

  it("is lost by taking it away after the claim", async () => {
    const which = await running("q1");
    const claimer = await held(which.chatId);
    const late = remove(db, which, "q1");
    await waitsForLock();
    await claimer.claims();
    expect(await late).toEqual({ refused: "sent" });
  });
});

describe("a pause", () => {
  it("comes with a stop, if anything waits, and goes when the person goes on", async () => {
    const empty = await running();
    await chats.requestStop(db, empty, "u1");
    expect((await chatRow(db, empty.chatId)).queue_paused_at).toBeNull();

    const which = await running("q1", "q2");
    await chats.requestStop(db, which, "u1");
    expect(await read(db, which)).toMatchObject({
      isPaused: true,
      items: [{ state: "waiting" }, { state: "waiting" }],
    });
    await setStatus(db, which.chatId, "idle");
    expect(await sent(input, await arrange(db, which, { isPaused: false }))).toMatchObject({
      queue: {
        isPaused: false,
        items: [
          { id: "q1", state: "sent" },
          { id: "q2", state: "waiting" },
        ],
      },
    });
    expect(input.of(which.chatId)).toEqual(["q1"]);
  });

  it("ends with the last that waits, and does not wait for the next first one", async () => {
    const which = await running("q1");
    await arrange(db, which, { isPaused: true });
    await remove(db, which, "q1");
    expect((await chatRow(db, which.chatId)).queue_paused_at).toBeNull();
    await arrange(db, which, { isPaused: true });
    expect((await chatRow(db, which.chatId)).queue_paused_at).toBeNull();
    await db.updateTable("chat").set({ queue_paused_at: new Date() }).where("id", "=", which.chatId).execute();
    expect(await ask(input, which, "q2")).toMatchObject({ queue: { isPaused: false } });
  });

  it("is kept by what comes to others that wait", async () => {
    const which = await running("q1");
    await arrange(db, which, { isPaused: true });
    expect(await ask(input, which, "q2")).toMatchObject({ queue: { isPaused: true } });
  });

  it("is what a failed turn is, until the person goes on", async () => {
    const which = await running("q1", "q2");
    await setStatus(db, which.chatId, "failed");
    expect(await read(db, which)).toMatchObject({ isPaused: true });
    await sent(input, await arrange(db, which, { isPaused: false }));
    expect(input.of(which.chatId)).toEqual(["q1"]);
    expect(await read(db, which)).toMatchObject({ isPaused: false });
  });
});

describe("a file of a message that waits", () => {
  const stores = () => createFileStores(db, { s3: undefined });
  async function fileOf(owner: string) {
    const bytes = new TextEncoder().encode("text");
    const file = await files.keep(db, stores(), { ownerId: owner, name: "a.txt", mediaType: "text/plain", bytes });
    await sql`update file set created_at = now() - interval '25 hours' where id = ${file.id}`.execute(db);
    return { file, parts: [filePart(file)] as Parameters<typeof enqueue>[2]["message"]["parts"] };
  }
  const isThere = async (id: string, owner = ownerId) => {
    await sweepFiles(db, stores(), input.services.log);
    return (await files.find(db, { ownerId: owner, fileId: id })) !== undefined;
  };

  it("is kept until the message is taken away or gets others", async () => {
    const which = await running();
    const [one, two] = [await fileOf(ownerId), await fileOf(ownerId)];
    await enqueue(db, which, { message: { id: "q1", parts: one.parts }, kind: "queue" });
    await enqueue(db, which, { message: { id: "q2", parts: two.parts }, kind: "queue" });
    expect([await isThere(one.file.id), await isThere(two.file.id)]).toEqual([true, true]);
    await edit(db, which, "q1", { parts: words("without") });
    await remove(db, which, "q2");
    expect([await isThere(one.file.id), await isThere(two.file.id)]).toEqual([false, false]);
  });

  it("is its owner's own", async () => {
    const which = await running();
    const theirs = await fileOf("bob");
    await enqueue(db, which, { message: { id: "q1", parts: theirs.parts }, kind: "queue" });
    expect(await isThere(theirs.file.id, "bob")).toBe(false);
  });
});
