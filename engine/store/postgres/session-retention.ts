import { sql, type RawBuilder } from "kysely";
import { STORED } from "../packets.ts";
import { SPARE_TYPE, type Sessions } from "../sessions.ts";
import { streamName } from "../streams.ts";
import { inTransaction, removed, type Db, type Tx } from "./database.ts";

export const sessionRetention = (db: Db): Pick<Sessions, "removeOver" | "removeClosedAs" | "removeSpares"> => ({
  removeOver: (limit, rows) =>
    inTransaction(db, (tx) => remove(tx, sql`coalesce(s.closed_at, s.expires_at) < ${limit}`, rows)),

  removeClosedAs: (reason, rows) => inTransaction(db, (tx) => remove(tx, sql`s.closed_reason = ${reason}`, rows)),

  removeSpares: (limit) => removeSpares(db, limit),
});

/** Their records first, which may be many; a session goes when it has none left. */
async function remove(tx: Tx, which: RawBuilder<unknown>, rows: number): Promise<number> {
  const over = await sql<{ id: string; stream_key: string }>`
    select s.id, s.stream_key from engine.session s
    where ${which}
      and not exists (
        select from engine.run r where r.session_id = s.id and r.execution_status <> 'FINISHED'
      )
      and not exists (
        select from engine.run r join engine.run child on child.root_id = r.id
        where r.session_id = s.id and child.execution_status <> 'FINISHED'
      )
    limit ${rows} for update skip locked`.execute(tx);
  if (over.rows.length === 0) return 0;
  const streamKeys = over.rows.map(({ stream_key: key }) => key);
  const own = streamKeys.flatMap((key) => [streamName(key, "in"), streamName(key, "out")]);
  const keys = [...own, ...(await channelsOf(tx, streamKeys))];
  const records = await removed(
    tx,
    sql`delete from engine.record where (stream, seq) in (
      select stream, seq from engine.record where stream = any(${keys}::text[]) limit ${rows}
    )`,
  );
  if (records >= rows) return rows;
  const ids = over.rows.map(({ id }) => id);
  // Whoever appends holds a stream's row: what it wrote since it was looked at goes with it.
  await tx.deleteFrom("engine.stream").where("key", "in", keys).execute();
  await tx.deleteFrom("engine.record").where("stream", "in", keys).execute();
  await removeRuns(tx, ids);
  await tx.deleteFrom("engine.session").where("id", "in", ids).execute();
  return ids.length;
}

/** Their own runs go with the sessions; what those started and handed around belongs to no session. */
async function removeRuns(tx: Tx, sessionIds: string[]): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    with own as (select id from engine.run where session_id = any(${sessionIds}::text[]))
    select id from own union all
    select child.id from own join engine.run child on child.root_id = own.id`.execute(tx);
  if (rows.length === 0) return;
  const ids = rows.map(({ id }) => id);
  await sql`
    delete from engine.packet p using (
      select payload as id from engine.run where id = any(${ids}::text[]) and payload_type = ${STORED}
      union select output from engine.run where id = any(${ids}::text[]) and output_type = ${STORED}
    ) used where p.id = used.id and not exists (
      select from engine.run r where r.id <> all(${ids}::text[])
        and ((r.payload = p.id and r.payload_type = ${STORED}) or (r.output = p.id and r.output_type = ${STORED}))
    )`.execute(tx);
  await sql`
    delete from engine.batch where parent_id = any(${ids}::text[])
      or (run_ids <> '{}' and run_ids <@ ${ids}::text[])`.execute(tx);
  await tx.deleteFrom("engine.run").where("id", "in", ids).execute();
}

async function channelsOf(tx: Tx, streamKeys: string[]): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select c.key from engine.stream c
    where c.key like 'channels/%' and regexp_replace(c.key, '^channels/(.*)/[^/]+/(in|out)$', '\\1') = any(${streamKeys}::text[])
  `.execute(tx);
  return rows.map(({ key }) => key);
}

async function removeSpares(db: Db, limit: Date): Promise<void> {
  const over = await db
    .selectFrom("engine.session")
    .innerJoin("engine.run", "engine.run.session_id", "engine.session.id")
    .select(["engine.session.id", "engine.session.stream_key"])
    .where("engine.session.type", "=", SPARE_TYPE)
    .where("engine.run.finished_at", "<", limit)
    .execute();
  if (over.length === 0) return;
  const keys = over.flatMap(({ stream_key: key }) => [streamName(key, "in"), streamName(key, "out")]);
  const ids = over.map(({ id }) => id);
  await db.deleteFrom("engine.record").where("stream", "in", keys).execute();
  await db.deleteFrom("engine.stream").where("key", "in", keys).execute();
  await db.deleteFrom("engine.session").where("id", "in", ids).execute();
}
