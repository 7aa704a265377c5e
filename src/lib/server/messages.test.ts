import { sql, type Transaction } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import { openTestDb } from "../../../tests/support/test-db.ts";
import * as branches from "./branches.ts";
import type { Database } from "./db/index.ts";
import * as messages from "./messages.ts";
import { lineage } from "./transcript/context.ts";
import { HeadPath } from "./transcript/head-path.ts";
import { stateAt } from "./transcript/state.ts";

const PATH = 60;
const OTHERS = 600;
const chatId = "big";
const end = `m${PATH}`;

const { database, db } = await openTestDb();

/** A path among ten times as many messages on other branches, in a table that nobody has analysed. */
beforeAll(async () => {
  await database.query(`insert into "user" (id, name, email) values ('ada', 'A', 'a@example.org')`);
  await database.query(`alter table message set (autovacuum_enabled = false)`);
  await database.query(`insert into chat (id, owner_id, title) values ($1, 'ada', 'Big')`, [chatId]);
  await database.query(
    `insert into message (chat_id, id, parent_id, role, parts)
     select $1, 'm' || n, case when n = 1 then null when n > $2 then 'm1' else 'm' || n - 1 end, 'user', '[]'
     from generate_series(1, $3::int) n`,
    [chatId, PATH, PATH + OTHERS],
  );
  await database.query(`update chat set head_id = $2 where id = $1`, [chatId, end]);
});

/** How many rows of the table were fetched. */
async function fetches(read: (trx: Transaction<Database>) => Promise<unknown>): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const before = await counted(trx);
    await read(trx);
    return (await counted(trx)) - before;
  });
}

/** By this connection, in this and earlier transactions. */
async function counted(trx: Transaction<Database>): Promise<number> {
  const { rows } = await sql<{ fetched: number }>`
    select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as fetched
    from pg_stat_xact_user_tables where relname = 'message'`.execute(trx);
  return rows[0]?.fetched ?? 0;
}

describe("a walk up the tree reads its path and not the chat", () => {
  it.each<[string, (trx: Transaction<Database>) => Promise<unknown>]>([
    ["the path with its contents", (trx) => messages.path(trx, chatId, end)],
    ["the path at the head", (trx) => new HeadPath().read(trx, chatId, undefined)],
    ["the lineage of a message", (trx) => lineage(trx, chatId, [end])],
    ["the runtime's record", (trx) => stateAt(trx, chatId, end)],
  ])("%s", async (_what, read) => {
    const fetched = await fetches(read);
    expect(fetched).toBeGreaterThanOrEqual(PATH);
    expect(fetched).toBeLessThanOrEqual(3 * PATH);
  });

  it("the branches along a path read no message more than twice", async () => {
    const path = await messages.path(db, chatId, end);
    const fetched = await fetches((trx) => branches.shown(trx, { chatId, path, answeringId: end }));
    expect(fetched).toBeLessThanOrEqual(2 * (PATH + OTHERS));
  });
});
