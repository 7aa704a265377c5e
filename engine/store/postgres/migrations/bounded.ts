import { sql, type Kysely } from "kysely";

/**
 * Indexes for what is asked every second (live runs, spares), with every turn (a stream's session) and when old rows are
 * looked for, so that nobody reads a table from end to end. An index that only a few rows are in costs nothing elsewhere.
 */
export async function bounded(db: Kysely<unknown>): Promise<void> {
  const indexes = [
    sql`run_live_idx on engine.run (execution_status, is_spare) where execution_status <> 'FINISHED'`,
    sql`run_finished_idx on engine.run (finished_at) where finished_at is not null`,
    sql`run_worker_idx on engine.run (worker_id)`,
    sql`session_stream_idx on engine.session (stream_key)`,
    sql`session_spare_idx on engine.session (id) where type = 'engine.spare'`,
    sql`session_over_idx on engine.session (coalesce(closed_at, expires_at))
      where coalesce(closed_at, expires_at) is not null`,
    sql`session_answered_idx on engine.session (answered_in_seq) where answered_in_seq is not null`,
    sql`snapshot_age_idx on engine.snapshot (at)`,
    sql`waitpoint_completed_idx on engine.waitpoint (completed_at) where completed_at is not null`,
  ];
  for (const index of indexes) await sql`create index ${index}`.execute(db);
}
