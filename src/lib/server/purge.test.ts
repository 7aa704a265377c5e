import { sql } from "kysely";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { tablesWith } from "../../../tests/support/every-table.ts";
import { addPeople } from "../../../tests/support/people.ts";
import { openTestDb } from "../../../tests/support/test-db.ts";
import { startS3Server, type S3Server } from "../../../tests/support/s3-server.ts";
import { filePart } from "../tools/file.ts";
import { UNDO_MS } from "../tools/undo-time.ts";
import { apply } from "./chat-edits.ts";
import * as chats from "./chats.ts";
import { asJson } from "./export/export.ts";
import * as files from "./files/files.ts";
import { createFileStores, type FileStores } from "./files/storage.ts";
import * as forks from "./forks.ts";
import { purge } from "./purge.ts";
import { enqueue } from "./queue/enqueue.ts";
import { sweep as sendQueues } from "./queue/dispatch.ts";
import { RecordedInput, setStatus } from "./queue/testing/queue-chat.ts";
import type { Realtime } from "./realtime.ts";

const { database, db } = await openTestDb();
let s3: S3Server;
let stores: FileStores;
const log = pino({ level: "silent" });
let ownerId: string;
let chatId: string;
let questionId: string;

beforeAll(async () => {
  s3 = await startS3Server();
  stores = createFileStores(db, { s3 });
});
afterAll(async () => {
  await s3.close();
});

/** A platform that writes down which sessions it was asked to end, and says what `end` says. */
class Platform {
  readonly ended: { chatId: string; runId: string | null }[] = [];
  end: (chatId: string) => Promise<boolean> = () => Promise.resolve(true);
  readonly services;

  constructor() {
    const endSession: Realtime["endSession"] = (id, { runId }) => {
      this.ended.push({ chatId: id, runId });
      return this.end(id);
    };
    const realtime = { endSession } as unknown as Realtime;
    this.services = { db, files: stores, log, realtime };
  }

  purge(undoMs = 0): Promise<boolean> {
    return purge(this.services, { undoMs });
  }
}

let platform: Platform;
beforeEach(async () => {
  await db.deleteFrom("user").execute();
  await db.deleteFrom("file_garbage").execute();
  platform = new Platform();
  ownerId = crypto.randomUUID();
  await addPeople(db, ownerId);
  ({ chatId, messageId: questionId } = await settled("an indiscretion"));
});

async function settled(text: string, attached: Parameters<typeof chats.create>[1]["files"] = []) {
  const made = await chats.create(db, { ownerId, text, files: attached });
  await db
    .updateTable("chat")
    .set({ first_turn: "done", run_id: "run_1", status: "idle", answering_id: null })
    .where("id", "=", made.chatId)
    .execute();
  return made;
}

const setDeleted = (isDeleted: boolean, id = chatId) =>
  apply(db, { ownerId, chatId: id }, { type: "delete", isDeleted });
const row = (id = chatId) => db.selectFrom("chat").selectAll().where("id", "=", id).executeTakeFirst();
const keep = (name: string) =>
  files.keep(db, stores, { ownerId, name, mediaType: "text/plain", bytes: new TextEncoder().encode(name) });
const bytesOf = async (id: string) => (await stores.of("s3").get(id)) !== undefined;

it("leaves a chat alone until it cannot be taken back any more", async () => {
  await setDeleted(true);
  await platform.purge(UNDO_MS);
  expect(platform.ended).toEqual([]);
  expect(await row()).toMatchObject({ purging_at: null });
  await sql`update chat set deleted_at = now() - ${UNDO_MS - 2_000} * interval '1 millisecond'`.execute(db);
  await platform.purge(UNDO_MS);
  expect(await row()).toMatchObject({ purging_at: null });
  await sql`update chat set deleted_at = now() - ${UNDO_MS} * interval '1 millisecond'`.execute(db);
  await platform.purge(UNDO_MS);
  expect(await row()).toBeUndefined();
});

it("ends the session, then leaves nothing of the chat, and all of another", async () => {
  const { chatId: other } = await settled("something else");
  await db.insertInto("chat_session").values({ chat_id: chatId, run_id: "run_1" }).execute();
  const words = [chatId, questionId, "indiscretion"];
  expect(Object.keys(await tablesWith(database.query, words)).sort()).toEqual([
    "public.chat",
    "public.chat_session",
    "public.message",
  ]);
  platform.end = async () => {
    expect(await row(), "must not go before its session").toBeDefined();
    return true;
  };
  await setDeleted(true);
  expect(await platform.purge()).toBe(true);
  expect(platform.ended).toEqual([{ chatId, runId: "run_1" }]);
  expect(await tablesWith(database.query, words)).toEqual({});
  expect(await asJson(db, { ownerId, chatId: other })).toMatchObject({ title: "something else" });
  await platform.purge();
  expect(platform.ended).toHaveLength(1);
});

it("a chat that was taken back is what it was", async () => {
  await enqueue(db, { ownerId, chatId }, { message: { id: crypto.randomUUID(), parts: [] }, kind: "queue" });
  const before = [await asJson(db, { ownerId, chatId }), await row()];
  await setDeleted(true);
  expect(await asJson(db, { ownerId, chatId })).toBeUndefined();
  await setDeleted(false);
  await platform.purge();
  expect([await asJson(db, { ownerId, chatId }), await row()]).toEqual(before);
  expect(platform.ended).toEqual([]);
});

describe("what happens meanwhile", () => {
  it("an undo that comes too late changes nothing", async () => {
    await setDeleted(true);
    let undone: boolean | undefined;
    platform.end = async () => {
      undone = await setDeleted(false);
      return true;
    };
    await platform.purge();
    expect(undone).toBe(false);
    expect(await row()).toBeUndefined();
    expect(await setDeleted(false)).toBe(false);
  });

  it("a run that does not end in time is waited for, and so is an engine that is away", async () => {
    await setDeleted(true);
    platform.end = () => Promise.resolve(false);
    expect(await platform.purge()).toBe(true);
    platform.end = () => Promise.reject(new Error("away"));
    expect(await platform.purge()).toBe(false);
    expect(await row()).toMatchObject({ purging_at: expect.any(Date) });
    expect(await chats.find(db, { ownerId, chatId })).toBeUndefined();
    platform.end = () => Promise.resolve(true);
    await platform.purge();
    expect(await row()).toBeUndefined();
  });

  it("one that cannot go does not keep the others", async () => {
    const { chatId: other } = await settled("another");
    await setDeleted(true);
    await setDeleted(true, other);
    platform.end = (id) => (id === chatId ? Promise.reject(new Error("no")) : Promise.resolve(true));
    await platform.purge();
    expect([await row(), await row(other)]).toEqual([expect.anything(), undefined]);
  });

  it("what dies between the session and the rows is finished by the next round", async () => {
    await setDeleted(true);
    const failing = { ...platform.services, db: failsAt(db, 'delete from "chat"') };
    expect(await purge(failing, { undoMs: 0 })).toBe(false);
    expect(platform.ended).toHaveLength(1);
    expect(await row(), "one transaction: all or nothing").toBeDefined();
    expect(await db.selectFrom("message").select("id").where("chat_id", "=", chatId).execute()).toHaveLength(1);
    expect(await setDeleted(false)).toBe(false);
    expect(await platform.purge()).toBe(true);
    expect(platform.ended).toHaveLength(2);
    expect(await tablesWith(database.query, [chatId, questionId])).toEqual({});
  });

  it("of two servers one does it", async () => {
    await setDeleted(true);
    let release: (ended: boolean) => void = () => {};
    const asked = new Promise<void>((resolve) => {
      platform.end = () => (resolve(), new Promise((ended) => (release = ended)));
    });
    const first = platform.purge();
    await asked;
    const second = new Platform();
    expect(await second.purge()).toBe(true);
    expect(second.ended).toEqual([]);
    release(true);
    await first;
    expect(await row()).toBeUndefined();
  });

  it("a head start is told to stop, and has the chat until its lease is over", async () => {
    await setDeleted(true);
    const lease = (ms: number) =>
      db
        .updateTable("chat")
        .set({ first_turn: "claimed", first_turn_lease_until: new Date(Date.now() + ms) })
        .execute();
    await lease(60_000);
    expect(await platform.purge()).toBe(true);
    expect(platform.ended).toEqual([]);
    expect(await row()).toMatchObject({ stop_requested_at: expect.any(Date), purging_at: expect.any(Date) });
    await lease(-1);
    await platform.purge();
    expect(await row()).toBeUndefined();
  });
});

it("what waits in a deleted chat goes out after it was taken back, and not before", async () => {
  const input = new RecordedInput(db);
  await setStatus(db, chatId, "running", questionId);
  const id = crypto.randomUUID();
  await enqueue(db, { ownerId, chatId }, { message: { id, parts: [{ type: "text", text: "next" }] }, kind: "queue" });
  await setDeleted(true);
  // The turn that ran meanwhile ends.
  await setStatus(db, chatId, "idle");
  await sendQueues(input.services);
  expect(input.of(chatId)).toEqual([]);
  await setDeleted(false);
  await sendQueues(input.services);
  expect(input.of(chatId)).toContain(id);
});

describe("files", () => {
  it("go with their only chat, out of the bucket too, and stay while another message has them", async () => {
    const [only, shared, waiting] = [await keep("only"), await keep("shared"), await keep("waiting")];
    const { chatId: doomed } = await settled("look", [only, shared]);
    await settled("look as well", [shared]);
    const message = { id: crypto.randomUUID(), parts: [filePart(waiting)] };
    await setStatus(db, doomed, "running", "any");
    await enqueue(db, { ownerId, chatId: doomed }, { message, kind: "queue" });
    expect(await Promise.all([only, shared, waiting].map(({ id }) => bytesOf(id)))).toEqual([true, true, true]);
    await setDeleted(true, doomed);
    await platform.purge();
    expect(await Promise.all([only, shared, waiting].map(({ id }) => bytesOf(id)))).toEqual([false, true, false]);
    const words = [only, waiting].flatMap(({ id, name }) => [id, name]);
    expect(await tablesWith(database.query, words)).toEqual({});
    expect(await files.find(db, { ownerId, fileId: shared.id })).toBeDefined();
  });

  it("of a fork stay, and so does the fork", async () => {
    const file = await keep("shared");
    const { chatId: doomed, messageId } = await settled("look", [file]);
    const fork = await forks.create(db, { ownerId, chatId: doomed, messageId });
    await setDeleted(true, doomed);
    await platform.purge();
    expect(await bytesOf(file.id)).toBe(true);
    expect(await row(fork?.chatId)).toMatchObject({ forked_from_chat_id: null, head_id: messageId });
    await setDeleted(true, fork?.chatId);
    await platform.purge();
    expect(await bytesOf(file.id)).toBe(false);
  });
});

/** The same database for somebody whose process dies when it comes to this statement. */
function failsAt(whole: typeof db, statement: string): typeof db {
  return whole.withPlugin({
    transformQuery: ({ node }) => {
      const { sql: text } = whole.getExecutor().compileQuery(node, { queryId: "any" });
      if (text.startsWith(statement)) throw new Error("killed");
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  });
}
