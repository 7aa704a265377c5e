import { sql, type Updateable } from "kysely";
import { beforeEach, expect, it } from "vitest";
import { openTestDb } from "../../../tests/support/test-db.ts";
import type { InboxPage, Listing } from "../inbox/row.ts";
import * as chats from "./chats.ts";
import * as inbox from "./inbox.ts";

const { db } = await openTestDb("ada", "bob");

beforeEach(async () => void (await db.deleteFrom("chat").execute()));

const START = new Date("2026-11-01T00:00:00Z").getTime();

/** Chats named "1", "2" …, the first one the oldest, seen and idle unless their change says otherwise. */
async function add(ownerId: string, ...changes: Updateable<chats.ChatTable>[]): Promise<string[]> {
  const ids: string[] = [];
  for (const [at, change] of changes.entries()) {
    const { chatId } = await chats.create(db, { ownerId, text: `${at + 1}` });
    const moment = new Date(START + at * 1000);
    const seen = { status: "idle", last_activity_at: moment, last_read_at: moment } as const;
    await db
      .updateTable("chat")
      .set({ ...seen, ...change })
      .where("id", "=", chatId)
      .execute();
    ids.push(chatId);
  }
  return ids;
}

const INBOX: Listing = { view: "inbox", filter: null };
const titles = ({ rows }: Pick<InboxPage, "rows">) => rows.map(({ title }) => title);

/** All stretches of a list, of so many rows each. */
async function stretches(listing: Listing, limit: number): Promise<string[][]> {
  const read: string[][] = [];
  for (let before: InboxPage["end"] | undefined; before !== null;) {
    const page = await inbox.list({ db }, "ada", { ...listing, before: before ?? null, limit });
    read.push(titles(page));
    before = page.end;
  }
  return read;
}

it("reads a list stretch by stretch, newest activity first, also within one millisecond", async () => {
  const ids = await add("ada", {}, {}, {}, {}, {});
  await db
    .updateTable("chat")
    .set({ last_activity_at: sql`now()` })
    .where("id", "in", ids.slice(0, 4))
    .execute();
  const read = await stretches(INBOX, 2);
  expect(read.map((rows) => rows.length)).toEqual([2, 2, 1]);
  const same = ids.slice(0, 4).sort().reverse();
  expect(read.flat()).toEqual([...same.map((id) => `${ids.indexOf(id) + 1}`), "5"]);
});

it("has what is pinned in the first stretch of the inbox, however old, and what is archived in the other list", async () => {
  const now = new Date();
  await add("ada", { pinned_at: now }, {}, { archived_at: now, pinned_at: now }, {}, { archived_at: now }, {});
  expect(await stretches(INBOX, 2)).toEqual([["1", "6", "4"], ["2"]]);
  expect(await stretches({ view: "archived", filter: null }, 10)).toEqual([["5", "3"]]);
});

it("narrows a list to a state, and says how many are in each", async () => {
  const [now, seen] = [new Date(), new Date(START - 1)];
  await add(
    "ada",
    { status: "needs_you", pinned_at: now },
    { status: "running" },
    { last_read_at: seen },
    { last_read_at: null },
    { last_read_at: null, archived_at: now },
    { status: "failed", last_read_at: null },
    { status: "needs_you", deleted_at: now },
  );
  expect(await stretches({ view: "inbox", filter: "Needs you" }, 10)).toEqual([["1"]]);
  expect(await stretches({ view: "inbox", filter: "Running" }, 10)).toEqual([["2"]]);
  expect(await stretches({ view: "inbox", filter: "Unread" }, 1)).toEqual([["4"], ["3"], []]);
  expect(await stretches({ view: "archived", filter: "Unread" }, 10)).toEqual([["5"]]);
  const { counts, rows } = await inbox.list({ db }, "ada", INBOX);
  expect(counts).toEqual({ "Needs you": 1, Running: 1, Unread: 2 });
  expect(rows.map(({ state }) => state)).toEqual(["Needs you", "Failed", "Unread", "Unread", "Running"]);
});

it("reads the chats that are named, wherever they are listed, and nothing of others", async () => {
  const [first, archived, deleted] = await add("ada", {}, { archived_at: new Date() }, { deleted_at: new Date() });
  const [others] = await add("bob", {});
  const ids = [first, archived, deleted, others, "unknown"].map(String);
  const { rows } = await inbox.named({ db }, "ada", ids);
  expect(
    rows.map(({ title, isArchived }) => ({ title, isArchived })).sort((a, b) => (a.title < b.title ? -1 : 1)),
  ).toEqual([
    { title: "1", isArchived: false },
    { title: "2", isArchived: true },
  ]);
  expect((await inbox.named({ db }, "ada", [])).rows).toEqual([]);
  expect(titles(await inbox.list({ db }, "bob", INBOX))).toEqual(["1"]);
});
