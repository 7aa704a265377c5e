import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { sql, type Kysely } from "kysely";
import { createDb, type Database } from "../../src/lib/server/db/index.ts";
import * as inbox from "../../src/lib/server/inbox.ts";
import { createTestDatabase, startTestPostgres } from "../../tests/support/postgres.ts";
import { write } from "../results.ts";
import { summarize, type Summary } from "../statistics.ts";
import { seed } from "./seed.ts";

/** What 95 of 100 pages may take on the server, and how much more of it with a hundred times the chats. */
const BUDGET_MS = 40;
const BUDGET_RATIO = 1.3;
const SMALL = { chats: 1_000, messages: 20_000 };

const { values } = parseArgs({
  options: {
    chats: { type: "string", default: "100000" },
    messages: { type: "string", default: "2000000" },
    rounds: { type: "string", default: "300" },
  },
});
const [chats, messages, rounds] = [Number(values.chats), Number(values.messages), Number(values.rounds)];
if (![chats, messages, rounds].every((n) => Number.isInteger(n) && n > 0))
  throw new Error("--chats, --messages and --rounds are whole numbers");

const ownerId = "ada";
type Read = (db: Kysely<Database>, place: Place) => Promise<unknown>;
/** Somewhere in the list: where a stretch begins, and some of the chats there. */
interface Place {
  before: { at: number; id: string };
  ids: string[];
}

const INBOX = { view: "inbox", filter: null } as const;
const READS: Record<string, Read> = {
  "the inbox": (db) => inbox.list({ db }, ownerId, INBOX),
  "the next page": (db, { before }) => inbox.list({ db }, ownerId, { ...INBOX, before, limit: 100 }),
  "the archive": (db) => inbox.list({ db }, ownerId, { ...INBOX, view: "archived" }),
  "what needs the person": (db) => inbox.list({ db }, ownerId, { ...INBOX, filter: "Needs you" }),
  "what is unread": (db) => inbox.list({ db }, ownerId, { ...INBOX, filter: "Unread" }),
  "chats that changed": (db, { ids }) => inbox.named({ db }, ownerId, ids),
};

/** Reads that give as many rows of few chats as of many. */
const SAME_SIZE = ["the inbox", "the next page", "the archive", "chats that changed"];

// With its commits as durable as in use.
const postgres = await startTestPostgres([]);
process.env.TEST_POSTGRES_URL = postgres.url;
const databases = [await createTestDatabase(), await createTestDatabase()] as const;
const dbs = databases.map(({ url }) => createDb(url, { max: 4 }));
try {
  const [small, large] = dbs as [Kysely<Database>, Kysely<Database>];
  await seed(small, { ownerId, ...SMALL });
  await seed(large, { ownerId, chats, messages });
  await Promise.all([small, large].map(pinSome));
  const few: Record<string, Summary> = {};
  const many: Record<string, Summary> = {};
  for (const [what, read] of Object.entries(READS)) {
    const measured = await measure(read, small, large);
    few[what] = measured[0];
    many[what] = measured[1];
  }

  console.log(`\n${messages} messages in ${chats} chats of one person, and ${SMALL.messages} in ${SMALL.chats}`);
  console.log(`Milliseconds of ${rounds} reads each; load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores`);
  console.table(
    Object.keys(READS).map((what) => {
      const [a, b] = [few[what], many[what]];
      const ratio = (b?.median ?? NaN) / (a?.median ?? NaN);
      const isIn = (b?.p95 ?? NaN) <= BUDGET_MS && (ratio <= BUDGET_RATIO || !SAME_SIZE.includes(what));
      return {
        ...{ what, few: a?.median.toFixed(1), many: b?.median.toFixed(1), ratio: ratio.toFixed(2) },
        ...{ "few, p95": a?.p95.toFixed(1), "many, p95": b?.p95.toFixed(1), "": isIn ? "ok" : "over" },
      };
    }),
  );
  console.log(`written to ${write({ chats, messages, few, many })}`);
} finally {
  for (const db of dbs) await db.destroy();
  for (const database of databases) await database.drop();
  await postgres.stop();
}

/** Pinned chats are all in the first page: as many in both, or it would not be the same page. */
async function pinSome(db: Kysely<Database>): Promise<void> {
  await sql`
    update chat set pinned_at = case when id in (select id from chat order by last_activity_at limit 5) then now() end
    where pinned_at is not null or id in (select id from chat order by last_activity_at limit 5)`.execute(db);
  await sql`vacuum analyze chat`.execute(db);
}

/** In turns, so that whatever else the machine does is in both. */
async function measure(read: Read, small: Kysely<Database>, large: Kysely<Database>): Promise<[Summary, Summary]> {
  const both = [small, large];
  const places = await Promise.all(both.map(placesOf));
  const samples = both.map((): number[] => []);
  for (let round = -20; round < rounds; round++) {
    for (const [at, db] of both.entries()) {
      const place = places[at]?.[(round + 20) % 50];
      if (!place) throw new Error("the list is too short to be read");
      const start = performance.now();
      await read(db, place);
      if (round >= 0) samples[at]?.push(performance.now() - start);
    }
  }
  return [summarize(samples[0] ?? []), summarize(samples[1] ?? [])];
}

/** Fifty places, evenly spread over the list. */
async function placesOf(db: Kysely<Database>): Promise<Place[]> {
  const rows = await db
    .selectFrom("chat")
    .select(["id", "last_activity_at"])
    .where("owner_id", "=", ownerId)
    .where("archived_at", "is", null)
    .orderBy("last_activity_at", "desc")
    .execute();
  return Array.from({ length: 50 }, (_, at) => {
    const some = rows.slice(Math.floor((at * rows.length) / 51)).slice(0, 20);
    const [first] = some;
    if (!first) throw new Error("the list is too short to be read");
    return { before: { at: first.last_activity_at.getTime(), id: first.id }, ids: some.map(({ id }) => id) };
  });
}
