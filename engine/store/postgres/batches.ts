import { sql } from "kysely";
import { newId } from "../../ids.ts";
import type { Batch, Batches, BatchesTx, NewBatch } from "../batches.ts";
import { removed, type Db, type Tx } from "./database.ts";

export const batches = (db: Db): Batches => ({
  byId: (id) => byId(db, id).executeTakeFirst(),
  removeOver: (limit, rows) =>
    removed(
      db,
      sql`delete from engine.batch where id in (
        select b.id from engine.batch b
        where b.created_at < ${limit} and not exists (select from engine.run r where r.id = any(b.run_ids))
        limit ${rows}
      )`,
    ),
});

export const batchesTx = (tx: Tx): BatchesTx => ({
  ...batches(tx),
  insertOrFind: (input) => insertOrFind(tx, input),
  lock: (id) => byId(tx, id).forUpdate().executeTakeFirst(),
  async setRun(id, index, runId) {
    const batch = await byId(tx, id).forUpdate().executeTakeFirstOrThrow();
    if (batch.run_ids[index]) return false;
    const runIds = Array.from({ length: batch.run_count }, (_, place) => batch.run_ids[place] ?? "");
    await tx
      .updateTable("engine.batch")
      .set({ run_ids: runIds.with(index, runId) })
      .where("id", "=", id)
      .execute();
    return true;
  },
});

const byId = (db: Db, id: string) => db.selectFrom("engine.batch").selectAll().where("id", "=", id);

async function insertOrFind(tx: Tx, input: NewBatch): Promise<{ batch: Batch; isNew: boolean }> {
  const created = await tx
    .insertInto("engine.batch")
    .values({ id: newId("batch"), ...input })
    .onConflict((conflict) => conflict.column("idempotency_key").doNothing())
    .returningAll()
    .executeTakeFirst();
  if (created) return { batch: created, isNew: true };
  const batch = await tx
    .selectFrom("engine.batch")
    .selectAll()
    .where("idempotency_key", "=", input.idempotency_key)
    .executeTakeFirstOrThrow();
  return { batch, isNew: false };
}
