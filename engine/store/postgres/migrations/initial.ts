import { sql, type Kysely } from "kysely";

export async function initial(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table engine.session (
      ord bigint generated always as identity unique,
      id text primary key,
      external_id text unique,
      stream_key text not null,
      type text not null,
      task text not null,
      trigger_config jsonb not null,
      tags text[] not null default '{}',
      metadata jsonb,
      current_run_id text,
      answered_in_seq bigint,
      retry_seq bigint,
      retry_count int not null default 0,
      closed_at timestamptz,
      closed_reason text,
      expires_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index session_tags_idx on engine.session using gin (tags)`.execute(db);
  await sql`
    create table engine.stream (
      key text primary key,
      next_seq bigint not null default 0,
      trim_before bigint,
      trim_at timestamptz
    )`.execute(db);
  await sql`create index stream_trim_idx on engine.stream (trim_at) where trim_at is not null`.execute(db);
  await sql`
    create table engine.record (
      stream text not null,
      seq bigint not null,
      record_id text,
      body text not null,
      headers jsonb,
      wants_answer boolean not null default false,
      at timestamptz not null,
      primary key (stream, seq)
    )`.execute(db);
  await sql`create unique index record_id_idx on engine.record (stream, record_id) where record_id is not null`.execute(
    db,
  );
  await sql`create index record_unanswered_idx on engine.record (stream, seq) where wants_answer`.execute(db);
  await sql`
    create table engine.run (
      id text primary key,
      session_id text references engine.session (id) on delete cascade,
      task text not null,
      payload text not null,
      tags text[] not null default '{}',
      is_spare boolean not null default false,
      execution_status text not null,
      status text not null,
      attempt int not null default 0,
      snapshot_id text not null,
      worker_id text,
      traceparent text not null,
      available_at timestamptz not null default now(),
      lease_until timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      started_at timestamptz,
      finished_at timestamptz,
      output text,
      error jsonb
    )`.execute(db);
  await sql`create index run_queue_idx on engine.run (available_at) where execution_status = 'QUEUED'`.execute(db);
  await sql`create index run_lease_idx on engine.run (lease_until) where lease_until is not null`.execute(db);
  await sql`create index run_session_idx on engine.run (session_id)`.execute(db);
  await sql`
    create table engine.snapshot (
      id text primary key,
      run_id text not null references engine.run (id) on delete cascade,
      attempt int not null,
      execution_status text not null,
      waitpoint_ids text[] not null default '{}',
      at timestamptz not null default now()
    )`.execute(db);
  await sql`create index snapshot_run_idx on engine.snapshot (run_id)`.execute(db);
  await sql`
    create table engine.waitpoint (
      id text primary key,
      run_id text not null references engine.run (id) on delete cascade,
      stream text not null,
      idempotency_key text,
      is_blocking boolean not null default false,
      timeout_at timestamptz,
      completed_at timestamptz,
      output text,
      output_is_error boolean not null default false,
      unique (run_id, idempotency_key)
    )`.execute(db);
  await sql`create index waitpoint_pending_idx on engine.waitpoint (stream) where completed_at is null`.execute(db);
  await sql`create index waitpoint_timeout_idx on engine.waitpoint (timeout_at) where completed_at is null`.execute(db);
  await sql`
    create table engine.worker (
      ord bigint generated always as identity unique,
      id text primary key,
      version text not null unique,
      content_hash text not null,
      tasks jsonb not null,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table engine.telemetry (
      id bigint generated always as identity primary key,
      signal text not null,
      body jsonb not null,
      received_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table engine.snapshot_blob (
      session_id text primary key references engine.session (id) on delete cascade,
      body bytea not null,
      updated_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index telemetry_age_idx on engine.telemetry (received_at)`.execute(db);
  await appendFunction(db);
}

/**
 * The one way into a log: positions are contiguous because the stream's row is locked, and a batch that is sent again
 * (same id on its first record) gets the positions it already has.
 */
async function appendFunction(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function engine.append(
      p_stream text, p_bodies text[], p_headers text[], p_ids text[], p_wants_answer boolean
    ) returns table (start_seq bigint, end_seq bigint, appended_at timestamptz, is_duplicate boolean)
    language plpgsql as $$
    declare
      v_count int := cardinality(p_bodies);
      v_next bigint;
      v_at timestamptz := clock_timestamp();
    begin
      insert into engine.stream (key) values (p_stream) on conflict do nothing;
      select s.next_seq into v_next from engine.stream s where s.key = p_stream for update;
      if p_ids[1] is not null then
        return query select r.seq, r.seq + v_count, r.at, true from engine.record r
          where r.stream = p_stream and r.record_id = p_ids[1];
        if found then return; end if;
      end if;
      insert into engine.record (stream, seq, record_id, body, headers, wants_answer, at)
        select p_stream, v_next + t.ord - 1, t.id, t.body, t.headers::jsonb, p_wants_answer, v_at
        from unnest(p_bodies, p_headers, p_ids) with ordinality as t (body, headers, id, ord);
      update engine.stream s set next_seq = v_next + v_count where s.key = p_stream;
      return query select v_next, v_next + v_count, v_at, false;
    end $$`.execute(db);
}
