import { sql } from "kysely";
import type { Run, Runs, RunsTx } from "../runs.ts";
import { inTransaction, type Db, type Tx } from "./database.ts";
import { list } from "./run-list.ts";
import { counts, LIVE, takeQueued } from "./run-queue.ts";
import { runRetention } from "./run-retention.ts";
import { apply, insert } from "./run-writes.ts";

export const runs = (db: Db): Runs => ({
  byId: (id) => byId(db, id).executeTakeFirst(),

  takeQueued: (workerId, now, limits = []) => inTransaction(db, (tx) => takeQueued(tx, workerId, now, limits)),

  list: (filter, now) => list(db, filter, now),

  childrenOf: (id) => db.selectFrom("engine.run").selectAll().where("parent_id", "=", id).orderBy("ord").execute(),

  async expired(now) {
    const rows = await db
      .selectFrom("engine.run")
      .select("id")
      .where("execution_status", "=", "QUEUED")
      .where("attempt", "=", 0)
      .where("expires_at", "<=", now)
      .execute();
    return rows.map((row) => row.id);
  },

  byTrace: (sessionId, traceId) =>
    db
      .selectFrom("engine.run")
      .selectAll()
      .where("session_id", "=", sessionId)
      .where(sql<string>`split_part(traceparent, '-', 2)`, "=", traceId)
      .executeTakeFirst(),

  async extendLease(id, snapshotId, leaseUntil) {
    const attempt = db
      .selectFrom("engine.snapshot")
      .select("attempt")
      .where("id", "=", snapshotId)
      .where("run_id", "=", id);
    const updated = await db
      .updateTable("engine.run")
      .set({ lease_until: leaseUntil })
      .where("id", "=", id)
      .where("attempt", "=", attempt)
      .where("execution_status", "in", ["EXECUTING", "PENDING_CANCEL"])
      .returning("id")
      .executeTakeFirst();
    return updated !== undefined;
  },

  async withExpiredLease(now) {
    const rows = await db.selectFrom("engine.run").select("id").where("lease_until", "<=", now).execute();
    return rows.map((row) => row.id);
  },

  async liveIds() {
    const rows = await db.selectFrom("engine.run").select("id").where("execution_status", "in", LIVE).execute();
    return rows.map((row) => row.id);
  },

  counts: (now) => counts(db, now),

  ...runRetention(db),

  async isSparePending() {
    const row = await db
      .selectFrom("engine.run")
      .select("id")
      .where("is_spare", "=", true)
      .where("execution_status", "<>", "FINISHED")
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  },

  async lastDequeue(id) {
    const row = await db
      .selectFrom("engine.snapshot")
      .select("id")
      .where("run_id", "=", id)
      .where("execution_status", "=", "PENDING_EXECUTING")
      .orderBy("at", "desc")
      .limit(1)
      .executeTakeFirst();
    return row?.id;
  },

  snapshotById: (id) => db.selectFrom("engine.snapshot").selectAll().where("id", "=", id).executeTakeFirst(),
});

export const runsTx = (tx: Tx): RunsTx => ({
  ...runs(tx),
  insert: (run) => insert(tx, run),
  // Leaves alone who only refers to the run: spans and log lines come at any time.
  lock: (id) => byId(tx, id).forNoKeyUpdate().executeTakeFirst(),
  apply: (run, change, waitpointIds = []) => apply(tx, run, change, waitpointIds),
  byIdempotencyKey: (task, key, now) => byIdempotencyKey(tx, task, key, now),
  amend: (id, { metadata, ...columns }) =>
    tx
      .updateTable("engine.run")
      .set({
        ...columns,
        ...(metadata && { metadata: JSON.stringify(metadata) as never }),
        updated_at: sql`clock_timestamp()`,
      })
      .where("id", "=", id)
      .returningAll()
      .executeTakeFirstOrThrow(),
});

const byId = (db: Db, id: string) => db.selectFrom("engine.run").selectAll().where("id", "=", id);

async function byIdempotencyKey(tx: Tx, task: string, key: string, now: Date): Promise<Run | undefined> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${task} ${key}`}, 0))`.execute(tx);
  return tx
    .selectFrom("engine.run")
    .selectAll()
    .where("task", "=", task)
    .where("idempotency_key", "=", key)
    .where(({ or, eb }) => or([eb("idempotency_until", "is", null), eb("idempotency_until", ">", now)]))
    .orderBy("ord", "desc")
    .limit(1)
    .executeTakeFirst();
}
