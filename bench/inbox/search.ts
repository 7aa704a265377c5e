import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { sql } from "kysely";
import { createDb } from "../../src/lib/server/db/index.ts";
import { search } from "../../src/lib/server/search.ts";
import { createTestDatabase, startTestPostgres } from "../../tests/support/postgres.ts";
import { write } from "../results.ts";
import { summarize, type Summary } from "../statistics.ts";
import { seed } from "./seed.ts";
import { vocabulary } from "./words.ts";

/** What the slowest of twenty searches may take on the server. */
const BUDGET_MS = 150;

const { values } = parseArgs({
  options: {
    chats: { type: "string", default: "100000" },
    messages: { type: "string", default: "2000000" },
    rounds: { type: "string", default: "40" },
  },
});
const [chats, messages, rounds] = [Number(values.chats), Number(values.messages), Number(values.rounds)];
if (![chats, messages, rounds].every((n) => Number.isInteger(n) && n > 0))
  throw new Error("--chats, --messages and --rounds are whole numbers");

const ownerId = "ada";
const ONCE = "quuxonce";

const words = vocabulary(5_000);
const ranked = (...ranks: number[]) => ranks.map((rank) => `${words[rank]} `);

/** As people come to search: words of every frequency, some of them many at once, and half-typed. */
const QUERIES: [string, string[]][] = [
  ["a word that occurs once", [ONCE]],
  ["a rare word", ["n81219 ", "n222378 ", "n385767 ", "n4711 ", "n31337 "]],
  ["a word in about 0.1 % of them", ranked(3_000, 3_500, 4_000, 4_500)],
  ["a word in about 0.5 % of them", ranked(600, 650, 700, 750)],
  ["a word in about 1 % of them", ranked(300, 325, 350, 375)],
  ["a word in about 3 % of them", ranked(100, 110, 120, 130)],
  ["the most common word", ranked(0, 1, 2)],
  ["two letters", ["ba", "xi", "th", "n4", "zy"]],
  ["a rare word and two letters", ["n81219 th", "n222378 ba", "n385767 of"]],
  ["two common words", ["the of ", "file user ", "question answer ", "plan order "]],
  ["five common words", ["the of and to in ", "file user write order plan "]],
  ["a phrase", ['"of the"', '"file user"', '"n81219 ribadidi"', '"plan order search"']],
  ["one or the other, not a third", ["file or user -the", "plan or order -of", "n4711 or n31337 -zzz"]],
  ["a word of titles", ["lisbon ", "sourdough ", "telescope "]],
  ["nothing found", ["xyzzyplugh", "qqqq zzzz", '"no such words here"']],
];

const postgres = await startTestPostgres([]);
process.env.TEST_POSTGRES_URL = postgres.url;
const database = await createTestDatabase();
const db = createDb(database.url, { max: 2 });
try {
  const startedAt = performance.now();
  await seed(db, { ownerId: "bob", chats: Math.ceil(chats / 10), messages: Math.ceil(messages / 10) });
  await seed(db, { ownerId, chats, messages });
  await sql`
    update message set parts = jsonb_build_array(jsonb_build_object('type', 'text', 'text', ${`It is ${ONCE}.`}::text))
    where (chat_id, id) = (
      select chat_id, id from message where owner_id = ${ownerId} order by created_at offset ${Math.floor(messages / 3)} limit 1
    )`.execute(db);
  console.log(`seeded in ${Math.round((performance.now() - startedAt) / 1000)} s`);

  const measured: Record<string, Summary & { found: number }> = {};
  for (const [what, queries] of QUERIES) {
    const samples: number[] = [];
    let found = 0;
    for (let round = -5; round < rounds; round++) {
      const query = queries[Math.abs(round) % queries.length] ?? "";
      const start = performance.now();
      const results = await search(db, { ownerId, query });
      if (round < 0) found = Math.max(found, results.length);
      else samples.push(performance.now() - start);
    }
    measured[what] = { ...summarize(samples), found };
  }
  console.log(`\n${messages} messages in ${chats} chats of one person, a tenth of that of another's`);
  console.log(`Milliseconds of ${rounds} searches each; load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores`);
  console.table(
    Object.entries(measured).map(([what, { median, p95, max, found }]) => ({
      ...{ what, found, p50: median.toFixed(1), p95: p95.toFixed(1), max: max.toFixed(1) },
      ...{ budget: BUDGET_MS, "": p95 <= BUDGET_MS ? "ok" : "over" },
    })),
  );
  console.log(`written to ${write({ chats, messages, measured })}`);
} finally {
  await db.destroy();
  await database.drop();
  await postgres.stop();
}
