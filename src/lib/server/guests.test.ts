import { beforeEach, describe, expect, it } from "vitest";
import { addPeople } from "../../../tests/support/people.ts";
import { openTestDb } from "../../../tests/support/test-db.ts";
import { ownerTag, type SessionTraits } from "../tools/foreign-session.ts";
import { adopt } from "./adoption.ts";
import * as chats from "./chats.ts";
import * as conversation from "./conversation.ts";
import * as files from "./files/files.ts";
import { createFileStores } from "./files/storage.ts";
import { takeOver } from "./foreign-chats.ts";
import * as guests from "./guests.ts";
import { live, list } from "./inbox.ts";
import { createLiveFeed, type LiveEvent } from "./live.ts";
import { search } from "./search.ts";
import type { Services } from "./services.ts";
import * as settings from "./settings.ts";
import * as turns from "./turns.ts";

const { database, db } = await openTestDb("bob");
const stores = createFileStores(db, { s3: undefined });
let guestId: string;
let accountId: string;

const anonymous = (id: string) => db.updateTable("user").set({ isAnonymous: true }).where("id", "=", id).execute();

beforeEach(async () => {
  [guestId, accountId] = [`guest-${crypto.randomUUID()}`, `account-${crypto.randomUUID()}`];
  await addPeople(db, guestId, accountId);
  await anonymous(guestId);
});

const titles = async (ownerId: string) =>
  (await list({ db }, ownerId, { view: "inbox", filter: null })).rows.map(({ title }) => title).sort();
const add = (ownerId: string, text: string) => chats.create(db, { ownerId, text });
const attach = (ownerId: string) =>
  files.keep(db, stores, { ownerId, name: "a.txt", mediaType: "text/plain", bytes: new TextEncoder().encode("a") });

describe("signing up", () => {
  const passwordHash = "salt:key";

  it("makes an account of the guest, who stays who they are", async () => {
    const { chatId } = await add(guestId, "of a guest");
    expect(await guests.signUp(db, { guestId, email: "ada@example.org", passwordHash })).toBe(true);
    const user = await db.selectFrom("user").selectAll().where("id", "=", guestId).executeTakeFirst();
    expect(user).toMatchObject({ email: "ada@example.org", name: "ada@example.org", isAnonymous: false });
    const account = await db.selectFrom("account").selectAll().where("userId", "=", guestId).execute();
    expect(account).toMatchObject([{ providerId: "credential", accountId: guestId, password: passwordHash }]);
    expect(await chats.owns(db, { ownerId: guestId, chatId })).toBe(true);
  });

  it("is refused for an email that has an account, and for whoever has one: nothing is changed", async () => {
    const taken = `${accountId}@example.org`;
    expect(await guests.signUp(db, { guestId, email: taken, passwordHash })).toBe(false);
    expect(await guests.signUp(db, { guestId: accountId, email: "new@example.org", passwordHash })).toBe(false);
    expect(await db.selectFrom("account").where("userId", "in", [guestId, accountId]).execute()).toEqual([]);
  });

  it("happens once when it is asked for twice at the same time", async () => {
    const both = [`1-${guestId}@example.org`, `2-${guestId}@example.org`];
    const outcomes = await Promise.all(both.map((email) => guests.signUp(db, { guestId, email, passwordHash })));
    expect(outcomes.sort()).toEqual([false, true]);
    expect(await db.selectFrom("account").select("id").where("userId", "=", guestId).execute()).toHaveLength(1);
  });
});

describe("moving to an account", () => {
  const move = () => guests.move(db, { guestId, accountId });

  it("takes chats, messages and files along, deleted and archived ones too, and leaves other people's alone", async () => {
    const word = `zebra${crypto.randomUUID().slice(0, 8)}`;
    const { chatId } = await add(guestId, `a ${word} of a guest`);
    const archived = await add(guestId, "archived");
    await db.updateTable("chat").set({ archived_at: new Date() }).where("id", "=", archived.chatId).execute();
    await add(accountId, "of the account");
    const others = await add("bob", "of bob");
    const file = await attach(guestId);

    await move();
    expect(await titles(accountId)).toEqual([`a ${word} of a guest`, "of the account"]);
    expect(await titles(guestId)).toEqual([]);
    expect(await chats.owns(db, { ownerId: accountId, chatId: archived.chatId })).toBe(true);
    expect(await chats.owns(db, { ownerId: "bob", chatId: others.chatId })).toBe(true);
    expect((await conversation.open(db, { ownerId: accountId, chatId }))?.messages).toHaveLength(1);
    expect(await files.find(db, { ownerId: accountId, fileId: file.id })).toBeDefined();
    expect(await files.find(db, { ownerId: guestId, fileId: file.id })).toBeUndefined();
    const owners = await db.selectFrom("message").select("owner_id").where("chat_id", "=", chatId).execute();
    expect(owners, "search goes by it").toEqual([{ owner_id: accountId }]);
    expect(await search(db, { ownerId: accountId, query: word })).toContainEqual(expect.objectContaining({ chatId }));
  });

  it("ends the sessions of the guest, and is done once", async () => {
    const { chatId } = await add(guestId, "of a guest");
    await move();
    await guests.move(db, { guestId, accountId: "bob" });
    expect(await chats.owns(db, { ownerId: accountId, chatId })).toBe(true);
    expect(await guests.idsOf(db, accountId)).toEqual([accountId, guestId]);
    expect(await guests.idsOf(db, "bob")).toEqual(["bob"]);
    expect(await guests.signUp(db, { guestId: accountId, email: "x@example.org", passwordHash: "" })).toBe(false);
  });

  it("takes settings along, unless the account has some", async () => {
    await settings.chooseDefaultModel(db, guestId, "demo:guest");
    await move();
    expect(await settings.defaultModel(db, accountId)).toBe("demo:guest");
    await addPeople(db, `${guestId}-2`);
    await anonymous(`${guestId}-2`);
    await settings.chooseDefaultModel(db, `${guestId}-2`, "demo:second");
    await guests.move(db, { guestId: `${guestId}-2`, accountId });
    expect(await settings.defaultModel(db, accountId)).toBe("demo:guest");
  });

  it("takes nothing from an account: only guests move", async () => {
    const { chatId } = await add(accountId, "of the account");
    await guests.move(db, { guestId: accountId, accountId: "bob" });
    expect(await chats.owns(db, { ownerId: accountId, chatId })).toBe(true);
    expect(await guests.idsOf(db, "bob")).toEqual(["bob"]);
  });

  it("gives the account what is still made in the guest's name", async () => {
    await move();
    const { chatId } = await add(guestId, "sent by a page that was open");
    const file = await attach(guestId);
    expect(await chats.owns(db, { ownerId: accountId, chatId })).toBe(true);
    expect(await files.find(db, { ownerId: accountId, fileId: file.id })).toBeDefined();
  });

  it("takes a chat along that is made at the same moment, whichever comes first", async () => {
    for (let round = 0; round < 10; round++) {
      const guest = `${guestId}-${round}`;
      await addPeople(db, guest);
      await anonymous(guest);
      const [{ chatId }] = await Promise.all([
        add(guest, "at the same moment"),
        guests.move(db, { guestId: guest, accountId }),
      ]);
      expect(await chats.owns(db, { ownerId: accountId, chatId })).toBe(true);
    }
  });

  it("waits for a chat that is being made", async () => {
    const making = await db.startTransaction().execute();
    await adopt(making, { chatId: "first", ownerId: guestId, title: "first" }, undefined);
    let hasMoved = false;
    const moving = move().then(() => (hasMoved = true));
    const waiting = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    await expect.poll(() => database.query(waiting)).toHaveLength(1);
    expect(hasMoved).toBe(false);
    await making.commit().execute();
    await moving;
    expect(await chats.owns(db, { ownerId: accountId, chatId: "first" })).toBe(true);
  });

  it("tells the account's pages of every chat", async () => {
    const { chatId } = await add(guestId, "of a guest");
    const feed = createLiveFeed(database.url);
    const told: LiveEvent[] = [];
    feed.subscribe(accountId, (event) => told.push(event));
    // The feed listens once it tells of something.
    await expect.poll(async () => (await add(accountId, "begin"), told.length)).toBeGreaterThan(0);
    await move();
    await expect.poll(() => told).toContainEqual({ type: "chat", chatId });
    await feed.close();
  });

  it("leaves a turn running: the run that has it goes on", async () => {
    const { chatId, messageId } = await add(guestId, "of a guest");
    const work = { messageId, attempt: null };
    await turns.started(db, { chatId, runId: "run_1", token: "t", work });
    await move();
    expect(await conversation.open(db, { ownerId: accountId, chatId })).toMatchObject({ isRunning: true });
  });
});

describe("sessions that know the guest by their id", () => {
  const chatId = "made-by-a-script";
  const session = (): SessionTraits => ({
    ...{ externalId: chatId, type: "chat.agent", taskIdentifier: "chat", tags: [ownerTag(guestId)] },
    ...{ metadata: { title: "From a script" }, closedAt: null, expiresAt: null, createdAt: "2026-11-22T09:00:00Z" },
  });
  const asked: string[][] = [];
  const services = () =>
    ({
      db,
      realtime: {
        findSession: () => Promise.resolve(session()),
        listSessions: ({ ownerIds }: { ownerIds: string[] }) => {
          asked.push(ownerIds);
          return Promise.resolve({ live: true, sessions: ownerIds.includes(guestId) ? [session()] : [] });
        },
      },
    }) as unknown as Services;

  it("are the account's: a row of its inbox, a chat once opened, and not the next guest's", async () => {
    await guests.move(db, { guestId, accountId });
    expect((await live(services(), accountId))?.foreign).toMatchObject([{ id: chatId }]);
    expect(asked.at(-1)).toEqual([accountId, guestId]);
    expect((await live(services(), "bob"))?.foreign).toEqual([]);
    expect(await takeOver(services(), { ownerId: "bob", chatId })).toBe(false);
    expect(await takeOver(services(), { ownerId: accountId, chatId })).toBe(true);
    expect(await chats.owns(db, { ownerId: accountId, chatId })).toBe(true);
  });
});
