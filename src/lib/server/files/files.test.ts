import { sql } from "kysely";
import { pino } from "pino";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addPeople } from "../../../../tests/support/people.ts";
import { openTestDb } from "../../../../tests/support/test-db.ts";
import { filePart, type AttachedFile } from "../../tools/file.ts";
import * as chats from "../chats.ts";
import { createDb } from "../db/index.ts";
import { jsonb } from "../jsonb.ts";
import * as files from "./files.ts";
import { createFileStores, type FileStores } from "./storage.ts";
import { sweepFiles } from "./sweep.ts";

const { database, db } = await openTestDb();
let stores: FileStores;
const log = pino({ level: "silent" });

beforeAll(async () => {
  stores = createFileStores(db, { s3: undefined });
});
beforeEach(async () => {
  await db.deleteFrom("user").execute();
  await db.deleteFrom("file_garbage").execute();
  await addPeople(db, "ada", "bob");
});

const keep = (ownerId = "ada", name = "notes.txt") =>
  files.keep(db, stores, { ownerId, name, mediaType: "text/plain", bytes: new TextEncoder().encode(`of ${ownerId}`) });
const age = (id: string) => sql`update file set created_at = now() - interval '25 hours' where id = ${id}`.execute(db);
const links = async (fileId: string) =>
  (await db.selectFrom("message_file").select("message_id").where("file_id", "=", fileId).execute()).length;
const isThere = async (file: AttachedFile, ownerId = "ada") => ({
  row: (await files.find(db, { ownerId, fileId: file.id })) !== undefined,
  bytes: (await stores.of("postgres").get(file.id)) !== undefined,
});
const gone = { row: false, bytes: false };
const there = { row: true, bytes: true };

describe("a file", () => {
  it("is its owner's alone", async () => {
    const file = await keep();
    expect(await files.find(db, { ownerId: "ada", fileId: file.id })).toMatchObject({ name: "notes.txt", size: 6 });
    expect(await files.find(db, { ownerId: "bob", fileId: file.id })).toBeUndefined();
    expect(await files.ofOwner(db, { ownerId: "bob", ids: [file.id] })).toEqual([]);
    const { chatId } = await chats.create(db, { ownerId: "bob", text: "hello", files: [file] });
    expect(await files.ofChat(db, chatId, [file.id])).toEqual(new Map());
  });

  it.each(["", "\0", "nobody's", "'; drop table file; --"])("is not found under the id %j", async (fileId) => {
    expect(await files.find(db, { ownerId: "ada", fileId })).toBeUndefined();
  });

  it("is given in the order asked for", async () => {
    const [one, two] = [await keep("ada", "1"), await keep("ada", "2")];
    expect(await files.ofOwner(db, { ownerId: "ada", ids: [two.id, one.id] })).toEqual([two, one]);
  });

  it("whose bytes never arrived is nobody's, and goes", async () => {
    const broken: FileStores = {
      current: "postgres",
      of: () => ({ ...stores.of("postgres"), put: () => Promise.reject(new Error("disk full")) }),
    };
    const bytes = new Uint8Array([65]);
    await expect(
      files.keep(db, broken, { ownerId: "ada", name: "a", mediaType: "text/plain", bytes }),
    ).rejects.toThrow();
    const [row] = await db.selectFrom("file").select("id").execute();
    expect(await files.find(db, { ownerId: "ada", fileId: row?.id ?? "" })).toBeUndefined();
    await age(row?.id ?? "");
    await sweepFiles(db, stores, log);
    expect(await db.selectFrom("file").select("id").execute()).toEqual([]);
  });
});

describe("a message", () => {
  it("keeps its files, whoever writes its row", async () => {
    const file = await keep();
    const { chatId, messageId } = await chats.create(db, { ownerId: "ada", text: "look", files: [file, file] });
    expect(await links(file.id)).toBe(1);
    // As a fork does it: rows copied by SQL.
    const { chatId: fork } = await chats.create(db, { ownerId: "ada", text: "fork" });
    await sql`insert into message (chat_id, id, parent_id, role, parts, metadata)
      select ${fork}, id, null, role, parts, metadata from message
      where chat_id = ${chatId} and id = ${messageId}`.execute(db);
    expect(await links(file.id)).toBe(2);
  });

  it("lets go of a file when it no longer names it, and takes one that it names now", async () => {
    const [one, two] = [await keep(), await keep()];
    const { chatId } = await chats.create(db, { ownerId: "ada", text: "look", files: [one] });
    await db
      .updateTable("message")
      .set({ parts: jsonb([filePart(two)]) })
      .where("chat_id", "=", chatId)
      .execute();
    expect([await links(one.id), await links(two.id)]).toEqual([0, 1]);
  });

  it("does not keep another person's file, one that is unknown, or anything at another address", async () => {
    const theirs = await keep("bob");
    const { chatId } = await chats.create(db, { ownerId: "ada", text: "mine", files: [theirs] });
    await chats.create(db, { ownerId: "ada", text: "x", files: [{ ...theirs, id: crypto.randomUUID() }] });
    const parts = jsonb([{ type: "file", url: `http://169.254.169.254/${theirs.id}` }, { type: "file" }, 5, null]);
    await db.updateTable("message").set({ parts }).where("chat_id", "=", chatId).execute();
    expect(await db.selectFrom("message_file").selectAll().execute()).toEqual([]);
  });
});

describe("the sweep", () => {
  it("forgets what was never sent after a day, and not before", async () => {
    const [old, young] = [await keep(), await keep()];
    await age(old.id);
    await sweepFiles(db, stores, log);
    expect([await isThere(old), await isThere(young)]).toEqual([gone, there]);
    expect(await db.selectFrom("file_garbage").selectAll().execute()).toEqual([]);
  });

  it("leaves a file alone while one message names it, and takes it with the last one", async () => {
    const file = await keep();
    const made = [];
    for (const text of ["one", "two"]) made.push(await chats.create(db, { ownerId: "ada", text, files: [file] }));
    await age(file.id);
    for (const [at, { chatId }] of made.entries()) {
      await sweepFiles(db, stores, log);
      expect(await isThere(file), `before chat ${at} is deleted`).toEqual(there);
      await db.updateTable("chat").set({ head_id: null }).where("id", "=", chatId).execute();
      await db.deleteFrom("chat").where("id", "=", chatId).execute();
    }
    await sweepFiles(db, stores, log);
    expect(await isThere(file)).toEqual(gone);
  });

  it("deletes the bytes of a person who is gone, sent or not", async () => {
    const [sent, unsent] = [await keep(), await keep()];
    const { chatId } = await chats.create(db, { ownerId: "ada", text: "look", files: [sent] });
    await db.updateTable("chat").set({ head_id: null }).where("id", "=", chatId).execute();
    await db.deleteFrom("user").where("id", "=", "ada").execute();
    expect([await isThere(sent), await isThere(unsent)]).toEqual([
      { row: false, bytes: true },
      { row: false, bytes: true },
    ]);
    await sweepFiles(db, stores, log);
    expect([await isThere(sent), await isThere(unsent)]).toEqual([gone, gone]);
  });

  it("killed between row and bytes, or with its store out of reach, is finished by the next round", async () => {
    const file = await keep();
    await age(file.id);
    const dead: FileStores = {
      current: "postgres",
      of: () => ({ ...stores.of("postgres"), delete: () => Promise.reject(new Error("out of reach")) }),
    };
    await sweepFiles(db, dead, log);
    expect(await isThere(file)).toEqual({ row: false, bytes: true });
    await sweepFiles(db, stores, log);
    expect(await isThere(file)).toEqual(gone);
  });

  it("meets a message that is just being written: the file stays", async () => {
    const file = await keep();
    await age(file.id);
    const { chatId } = await chats.create(db, { ownerId: "ada", text: "hello" });
    let swept: Promise<void> | undefined;
    await db.transaction().execute(async (trx) => {
      await trx
        .insertInto("message")
        .values({ chat_id: chatId, id: "m", parent_id: null, role: "user", parts: jsonb([filePart(file)]) })
        .execute();
      swept = sweepFiles(db, stores, log);
      await swept;
    });
    await swept;
    await sweepFiles(db, stores, log);
    expect([await isThere(file), await links(file.id)]).toEqual([there, 1]);
  });

  it("is met by a message that is just being written: the message is saved, without the file", async () => {
    const file = await keep();
    await age(file.id);
    const { chatId } = await chats.create(db, { ownerId: "ada", text: "hello" });
    const writer = createDb(database.url, { max: 1 });
    const pid = (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(writer)).rows[0]?.pid;
    let saved: Promise<unknown> | undefined;
    await db.transaction().execute(async (trx) => {
      await trx.deleteFrom("file").where("id", "=", file.id).execute();
      const parts = jsonb([filePart(file)]);
      saved = writer
        .insertInto("message")
        .values({ chat_id: chatId, id: "m", role: "user", parts, parent_id: null })
        .execute();
      const isWaiting = async () =>
        (await sql<{ n: number }>`select cardinality(pg_blocking_pids(${pid})) as n`.execute(db)).rows[0]?.n;
      await expect.poll(isWaiting).toBe(1);
    });
    await saved;
    expect(await links(file.id)).toBe(0);
    expect(await db.selectFrom("message").select("id").where("id", "=", "m").execute()).toHaveLength(1);
    await writer.destroy();
  });
});
