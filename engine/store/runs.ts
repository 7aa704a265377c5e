import { randomBytes } from "node:crypto";
import { sql, type Selectable } from "kysely";
import { cancel, dequeue, isFinal, type RunChange } from "../core/run.ts";
import { newId } from "../ids.ts";
import type { Db, RunTable, Tx } from "./database.ts";

export type Run = Selectable<RunTable>;

export type NewRun = {
  sessionId: string | null;
  task: string;
  payload: Record<string, unknown>;
  tags: string[];
  isSpare?: boolean;
  availableAt: Date;
};

export async function insert(tx: Tx | Db, run: NewRun): Promise<Run> {
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

export async function byId(db: Db | Tx, id: string): Promise<Run | undefined> {
  return db.selectFrom("engine.run").selectAll().where("id", "=", id).executeTakeFirst();
}

export async function lock(tx: Tx, id: string): Promise<Run | undefined> {
  return tx.selectFrom("engine.run").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
}

/**
 * Writes a change as a new snapshot (the worker ignores a snapshot id it has seen). `run` must be locked: the change was
 * decided from it. `waitpointIds` are the ones this snapshot tells the run of.
 */
export async function apply(tx: Tx, run: Run, change: RunChange, waitpointIds: string[] = []): Promise<Run> {
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

/** Extends a lease without a new snapshot: nothing changed that the worker should hear of. */
export async function extendLease(db: Db, id: string, leaseUntil: Date): Promise<void> {
  await db
    .updateTable("engine.run")
    .set({ lease_until: leaseUntil })
    .where("id", "=", id)
    .where("execution_status", "in", ["EXECUTING", "PENDING_CANCEL"])
    .execute();
}

/** Takes the oldest queued run for the given worker, or undefined. Two callers never get the same one. */
export async function takeQueued(db: Db, workerId: string, now: Date): Promise<Run | undefined> {
  return db.transaction().execute(async (tx) => {
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
    return apply(tx, run, change);
  });
}

export const toState = (run: Run) => ({
  executionStatus: run.execution_status,
  status: run.status,
  attempt: run.attempt,
});

export const isOver = (run: Run) => isFinal(toState(run));

export const cancelChange = (run: Run, now: Date) => cancel(toState(run), now);

/** Runs whose worker has been silent for too long. */
export async function withExpiredLease(db: Db, now: Date): Promise<string[]> {
  const rows = await db.selectFrom("engine.run").select("id").where("lease_until", "<=", now).execute();
  return rows.map((row) => row.id);
}

export async function liveIds(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom("engine.run")
    .select("id")
    .where("execution_status", "in", ["PENDING_EXECUTING", "EXECUTING", "PENDING_CANCEL"])
    .execute();
  return rows.map((row) => row.id);
}

export async function isSparePending(db: Db): Promise<boolean> {
  const row = await db
    .selectFrom("engine.run")
    .select("id")
    .where("is_spare", "=", true)
    .where("execution_status", "<>", "FINISHED")
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function snapshotById(db: Db | Tx, id: string) {
  return db.selectFrom("engine.snapshot").selectAll().where("id", "=", id).executeTakeFirst();
}
