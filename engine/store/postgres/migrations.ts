import { sql, type Kysely } from "kysely";
import { Migrator, type Migration } from "kysely/migration";
import type { Db } from "./database.ts";
import { bounded } from "./migrations/bounded.ts";
import { writers } from "./migrations/writers.ts";
import { addTasks } from "./migrations/tasks.ts";

/** Frozen once merged: a later change is a new entry. */
const migrations: Record<string, Migration> = {
  "2026-11-22_initial": { up: initial },
  "2026-11-22_many-appends": { up: manyAppends },
  "2026-11-22_telemetry-by-run": { up: telemetryByRun },
  "2026-11-22_writers": { up: writers },
  "2026-11-22b_bounded": { up: bounded },
  "2026-11-22c_tasks": { up: addTasks },
};

async function initial(db: Kysely<unknown>): Promise<void> {
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

/**
 * What the first version did for one batch by its first record, done for any number of batches, of any number of streams,
 * and for each record: one whose id is in the log (or came before in the same call) keeps the position it has there, and
 * the others follow in their order. After a lost connection the S2 client (0.25, `lib/retry.js`) sends every batch again
 * that was not acknowledged, grouped as before; nothing in the protocol holds a writer to that grouping.
 *
 * Streams are locked in the order of their names, so that two calls never wait for one another in a circle.
 */
async function manyAppends(db: Kysely<unknown>): Promise<void> {
  await sql`drop function engine.append`.execute(db);
  await sql`
    create function engine.append(
      p_streams text[], p_bodies text[], p_headers text[], p_ids text[], p_wants_answer boolean
    ) returns table (seq bigint, is_new boolean, appended_at timestamptz)
    language plpgsql as $$
    #variable_conflict use_column
    declare
      v_at timestamptz;
    begin
      insert into engine.stream (key)
        select distinct t.stream from unnest(p_streams) as t (stream)
        where not exists (select from engine.stream s where s.key = t.stream)
        order by 1
        on conflict do nothing;
      perform from engine.stream s where s.key = any(p_streams) order by s.key for update;
      v_at := clock_timestamp();
      return query
        with given as (
          select t.*, case when t.id is null then t.ord else min(t.ord) over (partition by t.stream, t.id) end as first_ord
          from unnest(p_streams, p_bodies, p_headers, p_ids) with ordinality as t (stream, body, headers, id, ord)
        ), numbered as (
          select g.*, known.seq as known_seq, s.next_seq - 1
            + count(*) filter (where known.seq is null and g.ord = g.first_ord) over (partition by g.stream order by g.ord)
            as new_seq
          from given g
          join engine.stream s on s.key = g.stream
          left join engine.record known on known.stream = g.stream and known.record_id = g.id
        ), placed as (
          select n.*, coalesce(n.known_seq, first.new_seq) as seq, n.known_seq is null and n.ord = n.first_ord as is_new
          from numbered n join numbered first on first.ord = n.first_ord
        ), stored as (
          insert into engine.record (stream, seq, record_id, body, headers, wants_answer, at)
          select p.stream, p.seq, p.id, p.body, p.headers::jsonb, p_wants_answer, v_at from placed p where p.is_new
        ), moved as (
          update engine.stream s set next_seq = ends.at from (
            select p.stream, max(p.seq) + 1 as at from placed p where p.is_new group by p.stream
          ) ends where s.key = ends.stream
        )
        select p.seq, p.is_new, v_at from placed p order by p.ord;
    end $$`.execute(db);
}

/** Telemetry was kept export by export, which nobody could find a run in; what was there is given up. */
async function telemetryByRun(db: Kysely<unknown>): Promise<void> {
  await sql`drop table engine.telemetry`.execute(db);
  await sql`
    create table engine.span (
      run_id text not null references engine.run (id) on delete cascade,
      session_id text,
      span_id text not null,
      trace_id text not null,
      parent_id text,
      name text not null,
      started_at timestamptz not null,
      duration double precision not null,
      is_partial boolean not null,
      is_error boolean not null,
      attributes jsonb not null,
      events jsonb not null,
      received_at timestamptz not null default now(),
      primary key (run_id, span_id)
    )`.execute(db);
  await sql`
    create table engine.log_line (
      id bigint generated always as identity primary key,
      run_id text not null references engine.run (id) on delete cascade,
      session_id text,
      span_id text,
      at timestamptz not null,
      level text not null,
      body text not null,
      attributes jsonb not null,
      received_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index log_line_run_idx on engine.log_line (run_id, at)`.execute(db);
  for (const table of ["span", "log_line"]) {
    const name = sql.table(`engine.${table}`);
    await sql`create index ${sql.id(`${table}_session_idx`)} on ${name} (session_id)`.execute(db);
    await sql`create index ${sql.id(`${table}_age_idx`)} on ${name} (received_at)`.execute(db);
  }
}

/** Brings the schema `engine` up to date; two engines that start at once take turns. */
export async function migrate(db: Db): Promise<void> {
  await sql`create schema if not exists engine`.execute(db);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableSchema: "engine",
    // What was made side by side on one day may be merged in any order.
    allowUnorderedMigrations: true,
  });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}
