import { sql } from "kysely";
import { newId } from "../../ids.ts";
import type { Worker, WorkerQueue, Workers, WorkerTask } from "../workers.ts";
import { inTransaction, removed, type Db, type Tx } from "./database.ts";

export const workers = (db: Db): Workers => ({
  register: (contentHash, tasks, now, queues = []) =>
    inTransaction(db, (tx) => register(tx, { contentHash, tasks, queues }, now)),
  removeUnused: (limit, rows) =>
    removed(
      db,
      sql`delete from engine.worker where ord in (
        select w.ord from engine.worker w
        where w.created_at < ${limit} and w.ord < (select max(ord) from engine.worker)
          and not exists (select from engine.run r where r.worker_id = w.id)
          and not exists (select from engine.run r where r.locked_worker_id = w.id)
          and not exists (select from engine.session s where s.trigger_config ->> 'lockToVersion' = w.version)
        limit ${rows}
      )`,
    ),
  newest: () => newest(db),
  byId: (id) => db.selectFrom("engine.worker").selectAll().where("id", "=", id).executeTakeFirst(),
  byVersion: (version) => db.selectFrom("engine.worker").selectAll().where("version", "=", version).executeTakeFirst(),
});

const newest = (db: Db) =>
  db.selectFrom("engine.worker").selectAll().orderBy("ord", "desc").limit(1).executeTakeFirst();

type Build = { contentHash: string; tasks: WorkerTask[]; queues: WorkerQueue[] };

async function register(tx: Tx, { contentHash, tasks, queues }: Build, now: Date): Promise<Worker> {
  // Two at once take turns; a row lock would let both find the same newest build, or none.
  await sql`lock table engine.worker in share row exclusive mode`.execute(tx);
  const before = await newest(tx);
  if (before?.content_hash === contentHash) return before;
  const day = now.toISOString().slice(0, 10).replaceAll("-", "");
  return tx
    .insertInto("engine.worker")
    .values({
      id: newId("worker"),
      version: `${day}.${(await highestNumber(tx, day)) + 1}`,
      content_hash: contentHash,
      tasks: JSON.stringify(tasks) as never,
      queues: JSON.stringify(queues) as never,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Of all versions of that day, not of the newest one: the clock may have been set back. */
async function highestNumber(tx: Tx, day: string): Promise<number> {
  const row = await tx
    .selectFrom("engine.worker")
    .select(sql<number | null>`max(split_part(version, '.', 2)::int)`.as("number"))
    .where("version", "like", `${day}.%`)
    .executeTakeFirst();
  return row?.number ?? 0;
}
