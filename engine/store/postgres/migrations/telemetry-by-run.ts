import { sql, type Kysely } from "kysely";

/** Telemetry was kept export by export, which nobody could find a run in; what was there is given up. */
export async function telemetryByRun(db: Kysely<unknown>): Promise<void> {
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
