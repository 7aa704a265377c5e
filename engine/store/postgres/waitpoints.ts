import { sql } from "kysely";
import type { WaitpointResult } from "../../core/waitpoint.ts";
import { newId } from "../../ids.ts";
import type { NewWaitpoint, Waitpoint, Waitpoints, WaitpointsTx } from "../waitpoints.ts";
import { removed, type Db, type Tx } from "./database.ts";

/** The type that `chat.agent` gives its sessions. */
const CHAT_TYPE = "chat.agent";

export const waitpoints = (db: Db): Waitpoints => ({
  async byIds(ids) {
    if (ids.length === 0) return [];
    const rows = await db.selectFrom("engine.waitpoint").selectAll().where("id", "in", ids).execute();
    return rows.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
  },

  overdue: (now) =>
    db
      .selectFrom("engine.waitpoint")
      .select(["id", "run_id", "type"])
      .where("completed_at", "is", null)
      .where("timeout_at", "<=", now)
      .execute(),

  removeCompleted: (limit, rows) =>
    removed(
      db,
      sql`delete from engine.waitpoint where id in (
        select w.id from engine.waitpoint w join engine.run r on r.id = w.run_id
        where w.completed_at < ${limit} and (w.batch_id is null or r.finished_at is not null)
        union all
        select w.id from engine.waitpoint w join engine.run r on r.id = w.run_id
        where w.completed_at is null and r.finished_at < ${limit}
        limit ${rows}
      )`,
    ),

  ofIdleChats: (limit) =>
    db
      .selectFrom("engine.waitpoint")
      .innerJoin("engine.run", "engine.run.id", "engine.waitpoint.run_id")
      .innerJoin("engine.session", "engine.session.id", "engine.run.session_id")
      .select(["engine.waitpoint.id", "engine.waitpoint.run_id"])
      .where("engine.waitpoint.completed_at", "is", null)
      .where("engine.waitpoint.is_blocking", "=", true)
      .where("engine.waitpoint.stream", "like", "%/in")
      .where("engine.run.execution_status", "=", "EXECUTING")
      .where("engine.session.type", "=", CHAT_TYPE)
      .orderBy("engine.waitpoint.timeout_at")
      .limit(limit)
      .execute(),

  ofBatch: (runId, batchId) =>
    db
      .selectFrom("engine.waitpoint")
      .selectAll()
      .where("run_id", "=", runId)
      .where("batch_id", "=", batchId)
      .orderBy("batch_index")
      .execute(),
});

export const waitpointsTx = (tx: Tx): WaitpointsTx => ({
  ...waitpoints(tx),

  insertOrFind: (input) => insertOrFind(tx, input),

  completeOnStream: (stream, result, now) => complete(pending(tx).where("stream", "=", stream), result, now),

  completeById: (id, result, now) => complete(pending(tx).where("id", "=", id), result, now),

  completeOnRun: (runId, result, now) => complete(pending(tx).where("child_run_id", "=", runId), result, now),

  block: (runId, id) =>
    tx
      .updateTable("engine.waitpoint")
      .set({ is_blocking: true })
      .where("id", "=", id)
      .where("run_id", "=", runId)
      .returningAll()
      .executeTakeFirst(),
});

async function insertOrFind(tx: Tx, input: NewWaitpoint): Promise<{ waitpoint: Waitpoint; isNew: boolean }> {
  const created = await tx
    .insertInto("engine.waitpoint")
    .values({
      id: newId("waitpoint"),
      run_id: input.runId,
      type: input.type ?? "MANUAL",
      stream: input.stream,
      child_run_id: input.childRunId ?? null,
      batch_id: input.batchId ?? null,
      batch_index: input.batchIndex ?? null,
      idempotency_key: input.idempotencyKey,
      is_blocking: input.isBlocking ?? false,
      timeout_at: input.timeoutAt,
      output_is_error: false,
    })
    .onConflict((conflict) => conflict.columns(["run_id", "idempotency_key"]).doNothing())
    .returningAll()
    .executeTakeFirst();
  if (created) return { waitpoint: created, isNew: true };
  const waitpoint = await tx
    .selectFrom("engine.waitpoint")
    .selectAll()
    .where("run_id", "=", input.runId)
    .where("idempotency_key", "=", input.idempotencyKey)
    .executeTakeFirstOrThrow();
  return { waitpoint, isNew: false };
}

const pending = (tx: Tx) => tx.updateTable("engine.waitpoint").where("completed_at", "is", null);

async function complete(which: ReturnType<typeof pending>, result: WaitpointResult, now: Date): Promise<Waitpoint[]> {
  const rows = await which
    .set({
      completed_at: now,
      output: result.output,
      output_type: result.outputType ?? null,
      output_is_error: result.outputIsError,
    })
    .returningAll()
    .execute();
  return rows.filter((row) => row.is_blocking);
}
