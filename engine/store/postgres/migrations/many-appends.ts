import { sql, type Kysely } from "kysely";

/**
 * What the first version did for one batch by its first record, done for any number of batches, of any number of streams,
 * and for each record: one whose id is in the log (or came before in the same call) keeps the position it has there, and
 * the others follow in their order. After a lost connection the S2 client (0.25, `lib/retry.js`) sends every batch again
 * that was not acknowledged, grouped as before; nothing in the protocol holds a writer to that grouping.
 *
 * Streams are locked in the order of their names, so that two calls never wait for one another in a circle.
 */
export async function manyAppends(db: Kysely<unknown>): Promise<void> {
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
