import { cpus, loadavg } from "node:os";
import { createTestDatabase, startTestPostgres } from "../../tests/support/postgres.ts";
import * as branches from "../../src/lib/server/branches.ts";
import * as conversation from "../../src/lib/server/conversation.ts";
import { createDb } from "../../src/lib/server/db/index.ts";
import * as heads from "../../src/lib/server/heads.ts";
import * as messages from "../../src/lib/server/messages.ts";
import { write } from "../results.ts";
import { summarize, type Summary } from "../statistics.ts";
import { plantTree } from "./tree.ts";

const SIZES = [1_000, 20_000];
const ROUNDS = 200;
const ownerId = "ada";

// With its commits as durable as in use.
const postgres = await startTestPostgres([]);
process.env.TEST_POSTGRES_URL = postgres.url;
const database = await createTestDatabase();
const db = createDb(database.url, { max: 2 });
try {
  await database.query(`insert into "user" (id, name, email) values ($1, 'A', 'a@example.org')`, [ownerId]);
  const [small = {}, large = {}] = [await measure(SIZES[0] ?? 0), await measure(SIZES[1] ?? 0)];

  console.log(`\nMilliseconds, medians of ${ROUNDS}; load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores`);
  console.log("A path of 500 messages with 50 forks, in trees of two sizes");
  console.table(
    Object.entries(small).map(([what, one]) => {
      const many = large[what]?.median ?? Number.NaN;
      const budget = what === "path" ? 10 : undefined;
      return {
        what,
        [`${SIZES[0]}`]: one.median.toFixed(2),
        [`${SIZES[1]}`]: many.toFixed(2),
        ratio: (many / one.median).toFixed(2),
        budget: budget ?? "",
        "": budget === undefined ? "" : many <= budget ? "ok" : "over",
      };
    }),
  );
  console.log(`written to ${write({ sizes: SIZES, small, large })}`);
} finally {
  await db.destroy();
  await database.drop();
  await postgres.stop();
}

async function measure(size: number): Promise<Record<string, Summary>> {
  const { chatId, headId, forks } = await plantTree(db, ownerId, size);
  const which = { ownerId, chatId };
  const path = await messages.path(db, chatId, headId);
  // There and back again: the second of each pair restores the path.
  const visits = forks.flatMap(({ parentId, ids: [shown, other] }) => [
    { parentId, id: other },
    { parentId, id: shown },
  ]);
  let turn = 0;
  const next = () => visits[turn++ % visits.length] ?? { parentId: null, id: null };
  return {
    path: await timed(() => messages.path(db, chatId, headId)),
    branches: await timed(() => branches.shown(db, { chatId, path, answeringId: null })),
    "the page": await timed(() => conversation.open(db, which)),
    "head moved": await timed(() => heads.visit(db, which, next())),
    "head moved, page below": await timed(async () => {
      const to = next();
      await heads.visit(db, which, to);
      await conversation.open(db, which, { after: to.parentId });
    }),
  };
}

async function timed(work: () => Promise<unknown>): Promise<Summary> {
  for (let warm = 0; warm < 10; warm++) await work();
  const samples: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await work();
    samples.push(performance.now() - start);
  }
  return summarize(samples);
}
