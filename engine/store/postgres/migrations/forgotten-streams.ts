import { sql, type Kysely } from "kysely";

/**
 * A stream is there from its session's beginning, so that who holds a token for it cannot begin it again after the session
 * was forgotten: `p_writers` says null for the engine itself, whose append begins a stream, an empty text for somebody
 * with a token, and else the run. Everything else is as it was in `writers` and `one-plan`.
 *
 * The indexes find the sessions that are to be forgotten at once, and the runs that a session's runs have started.
 */
export async function forgottenStreams(db: Kysely<unknown>): Promise<void> {
  await sql`
    insert into engine.stream (key)
    select 'sessions/' || stream_key || '/' || io from engine.session, unnest(array['in', 'out']) io
    on conflict do nothing`.execute(db);
  await sql`create index session_closed_reason_idx on engine.session (closed_reason) where closed_reason is not null`.execute(
    db,
  );
  await sql`create index run_root_idx on engine.run (root_id) where root_id is not null`.execute(db);
  await sql`
    create or replace function engine.append(
      p_streams text[], p_bodies text[], p_headers text[], p_ids text[], p_writers text[], p_wants_answer boolean
    ) returns table (seq bigint, is_new boolean, appended_at timestamptz)
    language plpgsql
    set plan_cache_mode = force_generic_plan
    set enable_seqscan = off
    set enable_hashjoin = off
    set enable_mergejoin = off
    as $$
    #variable_conflict use_column
    declare
      v_at timestamptz;
    begin
      insert into engine.stream (key)
        select distinct t.stream from unnest(p_streams, p_writers) as t (stream, writer)
        where t.writer is null and not exists (select from engine.stream s where s.key = t.stream)
        order by 1
        on conflict do nothing;
      perform from engine.stream s where s.key = any(p_streams) order by s.key for update;
      v_at := clock_timestamp();
      return query
        with welcome as (
          select r.id from engine.run r join engine.session s on s.id = r.session_id
          where r.id = any(p_writers) and (r.execution_status <> 'FINISHED' or s.current_run_id = r.id)
        ), given as (
          select t.*, case when t.id is null then t.ord else min(t.ord) over (partition by t.stream, t.id) end as first_ord
          from unnest(p_streams, p_bodies, p_headers, p_ids, p_writers) with ordinality
            as t (stream, body, headers, id, writer, ord)
          where t.writer is null or t.writer = '' or t.writer in (select w.id from welcome w)
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
        select p.seq, p.is_new, v_at
        from generate_series(1, cardinality(p_streams)) as g (ord) left join placed p on p.ord = g.ord order by g.ord;
    end $$`.execute(db);
}
