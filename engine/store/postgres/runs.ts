import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { dequeue, type RunChange } from "../../core/run.ts";
import { newId } from "../../ids.ts";
import { toState, type NewRun, type Run, type Runs, type RunsTx } from "../runs.ts";
import { inTransaction, removed, type Db, type Tx } from "./database.ts";

export const runs = (db: Db): Runs => ({
  byId: (id) => byId(db, id).executeTakeFirst(),

  takeQueued: (workerId, now) => inTransaction(db, (tx) => takeQueued(tx, workerId, now)),

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
    const rows = await db
      .selectFrom("engine.run")
      .select("id")
      .where("execution_status", "in", ["PENDING_EXECUTING", "EXECUTING", "PENDING_CANCEL"])
      .execute();
    return rows.map((row) => row.id);
  },

  async counts(now) {
    return db
      .selectFrom("engine.run")
      .select(({ fn }) => [
        fn.countAll<number>().filterWhere("execution_status", "<>", "QUEUED").as("live"),
        fn
          .countAll<number>()
          .filterWhere("execution_status", "=", "QUEUED")
          .filterWhere("is_spare", "=", false)
          .filterWhere("available_at", "<=", now)
          .as("queued"),
      ])
      .where("execution_status", "<>", "FINISHED")
      .executeTakeFirstOrThrow();
  },

  removeEnded: (limit, rows) =>
    removed(
      db,
      sql`delete from engine.run where id in (
        select r.id from engine.run r
        where r.finished_at < ${limit}
          and not exists (select from engine.session s where s.id = r.session_id and s.current_run_id = r.id)
        limit ${rows}
      )`,
    ),

  removeSnapshots: (limit, rows) =>
    removed(
      db,
      sql`delete from engine.snapshot where id in (
        select n.id from engine.snapshot n join engine.run r on r.id = n.run_id
        where n.at < ${limit} and r.snapshot_id <> n.id
        limit ${rows}
      )`,
    ),

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
  lock: (id) => byId(tx, id).forUpdate().executeTakeFirst(),
  apply: (run, change, waitpointIds = []) => apply(tx, run, change, waitpointIds),
});

const byId = (db: Db, id: string) => db.selectFrom("engine.run").selectAll().where("id", "=", id);

function insert(tx: Tx, run: NewRun): Promise<Run> {
  const traceId = randomBytes(16).toString("hex");
  const spanId = randomBytes(8).toString("hex");
  return tx
    .insertInto("engine.run")
    .values({
      id: newId("run"),
      session_id: run.sessionId,
      task: run.task,
      payload: JSON.stringify(run.payload),
      tags: run.tags,
      is_spare: run.isSpare ?? false,
      execution_status: "QUEUED",
      status: "PENDING",
      attempt: 0,
      snapshot_id: newId("snapshot"),
      traceparent: `00-${traceId}-${spanId}-01`,
      available_at: run.availableAt,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

async function apply(tx: Tx, run: Run, change: RunChange, waitpointIds: string[]): Promise<Run> {
  const updated = await tx
    .updateTable("engine.run")
    .set({
      snapshot_id: newId("snapshot"),
      updated_at: sql`clock_timestamp()`,
      ...(change.executionStatus && { execution_status: change.executionStatus }),
      ...(change.status && { status: change.status }),
      ...(change.attempt !== undefined && { attempt: change.attempt }),
      ...(change.leaseUntil !== undefined && { lease_until: change.leaseUntil }),
      ...(change.startedAt && { started_at: change.startedAt }),
      ...(change.finishedAt && { finished_at: change.finishedAt }),
      ...(change.output !== undefined && { output: change.output }),
      ...(change.error !== undefined && { error: JSON.stringify(change.error) }),
    })
    .where("id", "=", run.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await tx
    .insertInto("engine.snapshot")
    .values({
      id: updated.snapshot_id,
      run_id: run.id,
      attempt: updated.attempt,
      execution_status: updated.execution_status,
      waitpoint_ids: waitpointIds,
    })
    .execute();
  return updated;
}

async function takeQueued(tx: Tx, workerId: string, now: Date): Promise<Run | undefined> {
  const run = await tx
    .selectFrom("engine.run")
    .selectAll()
    .where("execution_status", "=", "QUEUED")
    .where("available_at", "<=", now)
    // A spare only prepares for people's runs: it never stands before one.
    .orderBy("is_spare")
    .orderBy("available_at")
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  const change = run && dequeue(toState(run), now);
  if (!run || !change) return undefined;
  await tx.updateTable("engine.run").set({ worker_id: workerId }).where("id", "=", run.id).execute();
  return apply(tx, run, change, []);
}
