import { sql } from "kysely";
import { dequeue, type ExecutionStatus } from "../../core/run.ts";
import { toState, type QueueLimit, type Run } from "../runs.ts";
import type { WaitpointType } from "../waitpoints.ts";
import type { Db, Tx } from "./database.ts";
import { apply } from "./run-writes.ts";

export const LIVE: ExecutionStatus[] = ["PENDING_EXECUTING", "EXECUTING", "PENDING_CANCEL"];

/** Runs that wait at a waitpoint of one of these types. */
const standsStill = (types: WaitpointType[]) => sql<boolean>`exists (
  select 1 from engine.waitpoint w
  where w.run_id = engine.run.id and w.is_blocking and w.completed_at is null and w.type = any(${types})
)`;

export async function counts(db: Db, now: Date) {
  return db
    .selectFrom("engine.run")
    .select(({ fn }) => [
      fn
        .countAll<number>()
        .filterWhere("execution_status", "<>", "QUEUED")
        .filterWhere(({ not }) => not(standsStill(["RUN"])))
        .as("live"),
      fn
        .countAll<number>()
        .filterWhere("execution_status", "=", "QUEUED")
        .filterWhere("is_spare", "=", false)
        .filterWhere("available_at", "<=", now)
        .as("queued"),
    ])
    .where("execution_status", "<>", "FINISHED")
    .executeTakeFirstOrThrow();
}

export async function takeQueued(tx: Tx, workerId: string, now: Date, limits: QueueLimit[]): Promise<Run | undefined> {
  // Two at once would each count without what the other is just taking.
  if (limits.length > 0) await sql`select pg_advisory_xact_lock(hashtextextended('engine.queues', 0))`.execute(tx);
  const full = limits.length === 0 ? [] : await fullQueues(tx, limits);
  const run = await tx
    .selectFrom("engine.run")
    .selectAll()
    .where("execution_status", "=", "QUEUED")
    .where("available_at", "<=", now)
    .$if(full.length > 0, (query) =>
      query.where(sql<boolean>`(queue || chr(1) || coalesce(concurrency_key, '')) <> all(${full}::text[])`),
    )
    // A spare only prepares for people's runs: it never stands before one.
    .orderBy("is_spare")
    .orderBy("available_at")
    .limit(1)
    .forNoKeyUpdate()
    .skipLocked()
    .executeTakeFirst();
  const change = run && dequeue(toState(run), now);
  if (!run || !change) return undefined;
  await tx
    .updateTable("engine.run")
    .set({ worker_id: run.locked_worker_id ?? workerId })
    .where("id", "=", run.id)
    .execute();
  return apply(tx, run, change, []);
}

/** The queues (with their concurrency keys) in which as many runs work as may. A run that stands still has left its place. */
async function fullQueues(tx: Tx, limits: QueueLimit[]): Promise<string[]> {
  const names = limits.map(({ name }) => name);
  const rows = await tx
    .selectFrom("engine.run")
    .select([
      sql<string>`queue || chr(1) || coalesce(concurrency_key, '')`.as("place"),
      "queue",
      sql<number>`count(*)::int`.as("count"),
    ])
    .where("execution_status", "in", LIVE)
    .where("queue", "in", names)
    .where(({ not }) => not(standsStill(["RUN", "DATETIME", "MANUAL"])))
    .groupBy(["place", "queue"])
    .execute();
  const limitOf = new Map(limits.map(({ name, limit }) => [name, limit]));
  return rows.filter(({ queue, count }) => count >= (limitOf.get(queue) ?? Infinity)).map(({ place }) => place);
}
