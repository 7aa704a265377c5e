import type { Selectable } from "kysely";
import type { WaitpointResult } from "../core/waitpoint.ts";
import { newId } from "../ids.ts";
import type { Db, Tx, WaitpointTable } from "./database.ts";

export type Waitpoint = Selectable<WaitpointTable>;

export type NewWaitpoint = { runId: string; stream: string; idempotencyKey: string | null; timeoutAt: Date | null };

/** Creates a waitpoint, or finds the one the run already made with this idempotency key. */
export async function insertOrFind(tx: Tx, input: NewWaitpoint): Promise<{ waitpoint: Waitpoint; isNew: boolean }> {
  const created = await tx
    .insertInto("engine.waitpoint")
    .values({
      id: newId("waitpoint"),
      run_id: input.runId,
      stream: input.stream,
      idempotency_key: input.idempotencyKey,
      is_blocking: false,
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

/** Completes what waits on the stream. Returns those whose run has stopped at them. */
export async function completeOnStream(tx: Tx, stream: string, result: WaitpointResult, now: Date) {
  return complete(tx, result, now, (query) => query.where("stream", "=", stream));
}

export async function completeById(tx: Tx, id: string, result: WaitpointResult, now: Date) {
  return complete(tx, result, now, (query) => query.where("id", "=", id));
}

async function complete(
  tx: Tx,
  result: WaitpointResult,
  now: Date,
  which: (query: ReturnType<typeof pending>) => ReturnType<typeof pending>,
): Promise<Waitpoint[]> {
  const rows = await which(pending(tx))
    .set({ completed_at: now, output: result.output, output_is_error: result.outputIsError })
    .returningAll()
    .execute();
  return rows.filter((row) => row.is_blocking);
}

const pending = (tx: Tx) => tx.updateTable("engine.waitpoint").where("completed_at", "is", null);

export async function block(tx: Tx, runId: string, id: string): Promise<Waitpoint | undefined> {
  return tx
    .updateTable("engine.waitpoint")
    .set({ is_blocking: true })
    .where("id", "=", id)
    .where("run_id", "=", runId)
    .returningAll()
    .executeTakeFirst();
}

export async function byIds(db: Db, ids: string[]): Promise<Waitpoint[]> {
  if (ids.length === 0) return [];
  return db.selectFrom("engine.waitpoint").selectAll().where("id", "in", ids).execute();
}

/** Ids of the waitpoints whose time has run out, with the run each belongs to. */
export async function overdue(db: Db, now: Date): Promise<{ id: string; run_id: string }[]> {
  return db
    .selectFrom("engine.waitpoint")
    .select(["id", "run_id"])
    .where("completed_at", "is", null)
    .where("timeout_at", "<=", now)
    .execute();
}
