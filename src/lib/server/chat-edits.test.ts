import { beforeEach, expect, it } from "vitest";
import { addPeople } from "../../../tests/support/people.ts";
import { openTestDb } from "../../../tests/support/test-db.ts";
import type { ChatEdit } from "../tools/chat-edit.ts";
import { apply } from "./chat-edits.ts";
import * as chats from "./chats.ts";
import { list } from "./inbox.ts";

const { db } = await openTestDb();
let ownerId: string;
let chatId: string;

async function newcomer(): Promise<string> {
  const id = crypto.randomUUID();
  await addPeople(db, id);
  return id;
}

beforeEach(async () => {
  ownerId = await newcomer();
  ({ chatId } = await chats.create(db, { ownerId, text: "first words" }));
  await db.updateTable("chat").set({ status: "idle", answering_id: null }).where("id", "=", chatId).execute();
});

const edit = (change: ChatEdit) => apply(db, { ownerId, chatId }, change);
const rows = async (view: "inbox" | "archived" = "inbox") => (await list({ db }, ownerId, { view, filter: null })).rows;
const row = async () => (await rows())[0];

it("a name is the person's own from then on", async () => {
  expect(await edit({ type: "rename", title: "Mine" })).toBe(true);
  expect(await row()).toMatchObject({ title: "Mine" });
  const stored = await db.selectFrom("chat").select("title_source").where("id", "=", chatId).executeTakeFirst();
  expect(stored).toEqual({ title_source: "user" });
});

it("a pinned chat is in the inbox once, and keeps when it was pinned", async () => {
  const { chatId: other } = await chats.create(db, { ownerId, text: "another" });
  await edit({ type: "pin", isPinned: true });
  const pinnedAt = () => db.selectFrom("chat").select("pinned_at").where("id", "=", chatId).executeTakeFirstOrThrow();
  const before = await pinnedAt();
  await edit({ type: "pin", isPinned: true });
  expect(await pinnedAt()).toEqual(before);
  expect((await rows()).map(({ id, isPinned }) => [id, isPinned])).toEqual([
    [chatId, true],
    [other, false],
  ]);
  await edit({ type: "pin", isPinned: false });
  expect((await rows()).map(({ isPinned }) => isPinned)).toEqual([false, false]);
});

it("what is archived is in the archive only, pinned or not", async () => {
  await edit({ type: "pin", isPinned: true });
  await edit({ type: "archive", isArchived: true });
  expect(await rows()).toEqual([]);
  expect(await rows("archived")).toMatchObject([{ id: chatId, isPinned: true }]);
  await edit({ type: "archive", isArchived: false });
  expect(await rows()).toMatchObject([{ id: chatId, isPinned: true }]);
  expect(await rows("archived")).toEqual([]);
});

it("what is marked as unread is news until it is read", async () => {
  await chats.markRead(db, { ownerId, chatId });
  expect(await row()).toMatchObject({ state: null });
  await edit({ type: "unread" });
  expect(await row()).toMatchObject({ state: "Unread" });
  await chats.markRead(db, { ownerId, chatId });
  expect(await row()).toMatchObject({ state: null });
});

it("nobody changes another's chat, or one that is deleted", async () => {
  const stranger = await newcomer();
  expect(await apply(db, { ownerId: stranger, chatId }, { type: "rename", title: "Stolen" })).toBe(false);
  expect(await apply(db, { ownerId, chatId: "no\0such" }, { type: "unread" })).toBe(false);
  expect(await row()).toMatchObject({ title: "first words" });
  await db.updateTable("chat").set({ deleted_at: new Date() }).where("id", "=", chatId).execute();
  expect(await edit({ type: "unread" })).toBe(false);
});

const chat = () => db.selectFrom("chat").selectAll().where("id", "=", chatId).executeTakeFirst();

it("what is deleted is in no list and there for nobody, and comes back as it was", async () => {
  await edit({ type: "pin", isPinned: true });
  const before = await chat();
  expect(await edit({ type: "delete", isDeleted: true })).toBe(true);
  expect([...(await rows()), ...(await rows("archived"))]).toEqual([]);
  expect(await edit({ type: "rename", title: "while it is deleted" })).toBe(false);
  expect(await edit({ type: "delete", isDeleted: false })).toBe(true);
  expect(await chat()).toEqual(before);
});

it("deleting again does not put off when it is gone", async () => {
  await edit({ type: "delete", isDeleted: true });
  const first = (await chat())?.deleted_at;
  expect(first).toBeInstanceOf(Date);
  expect(await edit({ type: "delete", isDeleted: true })).toBe(true);
  expect((await chat())?.deleted_at).toEqual(first);
});

it("what is being taken apart cannot be taken back", async () => {
  await edit({ type: "delete", isDeleted: true });
  await db.updateTable("chat").set({ purging_at: new Date() }).where("id", "=", chatId).execute();
  expect(await edit({ type: "delete", isDeleted: false })).toBe(false);
  expect((await chat())?.deleted_at).toBeInstanceOf(Date);
});

it("nobody deletes what is another person's, or takes it back", async () => {
  const stranger = { ownerId: await newcomer(), chatId };
  expect(await apply(db, stranger, { type: "delete", isDeleted: true })).toBe(false);
  await edit({ type: "delete", isDeleted: true });
  expect(await apply(db, stranger, { type: "delete", isDeleted: false })).toBe(false);
  expect((await chat())?.deleted_at).toBeInstanceOf(Date);
});
