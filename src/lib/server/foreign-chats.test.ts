import { pino } from "pino";
import { beforeEach, expect, it } from "vitest";
import { openTestDb } from "../../../tests/support/test-db.ts";
import { APP_TAG, ownerTag, type SessionTraits } from "../tools/foreign-session.ts";
import { apply } from "./chat-edits.ts";
import * as conversation from "./conversation.ts";
import { takeOver } from "./foreign-chats.ts";
import { list, live } from "./inbox.ts";
import type { Services } from "./services.ts";

const ownerId = "ada";
const { db } = await openTestDb(ownerId, "bob");
let chatId: string;

beforeEach(() => void (chatId = crypto.randomUUID()));

const session = (more: Partial<SessionTraits> = {}): SessionTraits => ({
  ...{ externalId: chatId, type: "chat.agent", taskIdentifier: "chat", tags: [ownerTag(ownerId)] },
  ...{ metadata: { title: "From a script" }, closedAt: null, expiresAt: null, createdAt: "2026-11-22T09:00:00Z" },
  ...more,
});

/** A platform with this session under any name, which writes down what it is asked for. */
function platform(found: SessionTraits | undefined | Error) {
  const asked: string[] = [];
  const realtime = {
    findSession: (name: string) => {
      asked.push(name);
      return found instanceof Error ? Promise.reject(found) : Promise.resolve(found);
    },
    listSessions: () =>
      Promise.resolve({ live: true, sessions: found instanceof Error ? [] : [found].filter(Boolean) }),
  };
  const services = { db, realtime, log: pino({ level: "silent" }) } as unknown as Services;
  return { asked, services, open: (by = ownerId, name = chatId) => takeOver(services, { ownerId: by, chatId: name }) };
}
const row = () => db.selectFrom("chat").selectAll().where("id", "=", chatId).executeTakeFirst();

it("becomes an empty chat of its person, as old as the session", async () => {
  const { open, services } = platform(session());
  expect((await live(services, ownerId))?.foreign).toMatchObject([{ id: chatId, title: "From a script" }]);
  expect(await open()).toBe(true);
  expect(await conversation.open(db, { ownerId, chatId })).toMatchObject({
    chat: { title: "From a script", status: "idle" },
    messages: [],
    hasSession: false,
  });
  const at = Date.parse("2026-11-22T09:00:00Z");
  const { rows } = await list({ db }, ownerId, { view: "inbox", filter: null });
  expect(rows.find(({ id }) => id === chatId)).toMatchObject({ at });
  expect((await live(services, ownerId))?.foreign).toEqual([]);
  expect(await open(), "it is a chat by now, whoever made it").toBe(true);
});

it("is one chat when it is opened twice at once", async () => {
  const { open } = platform(session());
  expect(await Promise.all([open(), open(), open()])).toEqual([true, true, true]);
  expect(await row()).toMatchObject({ owner_id: ownerId });
});

it.each<[string, () => SessionTraits | undefined]>([
  ["of somebody else", () => session({ tags: [ownerTag("bob")] })],
  ["of somebody whose name begins the same", () => session({ tags: [`${ownerTag(ownerId)}x`] })],
  ["of nobody", () => session({ tags: [] })],
  ["that is closed", () => session({ closedAt: new Date() })],
  ["that the app created for a chat that is gone", () => session({ tags: [ownerTag(ownerId), APP_TAG] })],
  ["of another agent", () => session({ taskIdentifier: "research" })],
  ["of another name", () => session({ externalId: "another" })],
  ["that is not there", () => undefined],
])("a session %s is none", async (_what, found) => {
  expect(await platform(found()).open()).toBe(false);
  expect(await row()).toBeUndefined();
});

it("a chat that is deleted is none, nor is another person's", async () => {
  const { open, asked, services } = platform(session());
  await open();
  asked.length = 0;
  expect(await open("bob")).toBe(false);
  await apply(db, { ownerId, chatId }, { type: "delete", isDeleted: true });
  expect(await open()).toBe(false);
  expect((await live(services, ownerId))?.foreign).toEqual([]);
  expect(asked).toEqual([]);
});

it.each(["", ".", "..", "...", "a\0b", "\ud800", "x".repeat(201), "session_abc"])(
  "nobody is asked for what is no name: %j",
  async (name) => {
    const { open, asked } = platform(session({ externalId: name }));
    expect(await open(ownerId, name)).toBe(false);
    expect(asked).toEqual([]);
  },
);

it.each(["a/b", "a b?c#d", "%2e%2e", "день", "'; drop table chat; --"])("odd names are names: %j", async (name) => {
  expect(await platform(session({ externalId: name })).open(ownerId, name)).toBe(true);
  expect(await conversation.open(db, { ownerId, chatId: name })).toBeDefined();
});

it("says that it cannot be told when Trigger.dev does not answer", async () => {
  await expect(platform(new Error("away")).open()).rejects.toMatchObject({ status: 503 });
  expect(await row()).toBeUndefined();
});
