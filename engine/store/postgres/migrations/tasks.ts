import { sql, type Kysely } from "kysely";

/** What runs need beyond a chat's: tasks that start others and wait for them, and what their owners ask for. */
export async function addTasks(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table engine.run
      add column ord bigint generated always as identity unique,
      add column payload_type text not null default 'application/json',
      add column output_type text not null default 'application/json',
      add column metadata jsonb not null default '{}',
      add column parent_id text,
      add column root_id text,
      add column depth int not null default 0,
      add column batch_id text,
      add column resumes_parent boolean not null default false,
      add column locked_worker_id text,
      add column queue text not null default 'main',
      add column concurrency_key text,
      add column machine text,
      add column max_attempts int,
      add column max_duration int,
      add column ttl text,
      add column expires_at timestamptz,
      add column delayed_until timestamptz,
      add column idempotency_key text,
      add column idempotency_until timestamptz`.execute(db);
  await sql`create index run_parent_idx on engine.run (parent_id) where parent_id is not null`.execute(db);
  await sql`create index run_expiry_idx on engine.run (expires_at)
    where expires_at is not null and execution_status = 'QUEUED'`.execute(db);
  await sql`create index run_idempotency_idx on engine.run (task, idempotency_key) where idempotency_key is not null`.execute(
    db,
  );
  await sql`create index run_live_in_queue_idx on engine.run (queue)
    where execution_status in ('PENDING_EXECUTING', 'EXECUTING', 'PENDING_CANCEL')`.execute(db);
  await sql`
    alter table engine.waitpoint
      alter column stream drop not null,
      add column type text not null default 'MANUAL',
      add column child_run_id text,
      add column batch_id text,
      add column batch_index int,
      add column output_type text`.execute(db);
  await sql`create index waitpoint_child_idx on engine.waitpoint (child_run_id) where completed_at is null`.execute(db);
  await sql`create index waitpoint_run_idx on engine.waitpoint (run_id) where completed_at is null`.execute(db);
  await sql`
    create table engine.batch (
      id text primary key,
      run_count int not null,
      parent_id text,
      resumes_parent boolean not null default false,
      idempotency_key text unique,
      run_ids text[] not null default '{}',
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`alter table engine.worker add column queues jsonb not null default '[]'`.execute(db);
}
