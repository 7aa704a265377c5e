import { sql } from "kysely";
import { newId } from "../../ids.ts";
import { SPARE_TYPE, type NewSession, type Session, type Sessions, type SessionsTx } from "../sessions.ts";
import { streamName } from "../streams.ts";
import { inTransaction, removed, type Db, type Tx } from "./database.ts";
import { list } from "./session-list.ts";

export const sessions = (db: Db): Sessions => ({
  find: (name) => byName(db, name).executeTakeFirst(),

  update(id, { metadata, ...columns }) {
    return db
      .updateTable("engine.session")
      .set({
        ...columns,
        ...(metadata !== undefined && { metadata: metadata && (JSON.stringify(metadata) as never) }),
        updated_at: sql`now()`,
      })
      .where("id", "=", id)
      .returningAll()
      .executeTakeFirstOrThrow();
  },

  list: (filter, now) => list(db, filter, now),

  removeOver: (limit, rows) => inTransaction(db, (tx) => removeOver(tx, limit, rows)),

  removeSpares: (limit) => removeSpares(db, limit),
});

export const sessionsTx = (tx: Tx): SessionsTx => ({
  ...sessions(tx),

  insertOrLock: (input) => insertOrLock(tx, input),

  // Leaves alone who only refers to the session: a worker that takes one of its runs need not wait for an append.
  findAndLock: (name) => byName(tx, name).forNoKeyUpdate().executeTakeFirst(),

  async markAnswered(streamKey, seq) {
    await tx
      .updateTable("engine.session")
      .set({
        answered_in_seq: sql`greatest(coalesce(answered_in_seq, ${seq}), ${seq})`,
        retry_count: 0,
        retry_seq: null,
      })
      .where("stream_key", "=", streamKey)
      .execute();
  },
});

const byName = (db: Db, name: string) =>
  db
    .selectFrom("engine.session")
    .selectAll()
    .where(name.startsWith("session_") ? "id" : "external_id", "=", name);

async function insertOrLock(tx: Tx, input: NewSession): Promise<{ session: Session; isNew: boolean }> {
  const id = newId("session");
  const created = await tx
    .insertInto("engine.session")
    .values({
      id,
      external_id: input.externalId,
      // A name that another session gave up still is the name of that session's streams.
      stream_key:
        input.externalId === null
          ? id
          : sql<string>`case when exists (select from engine.session s where s.stream_key = ${input.externalId})
              then ${id} else ${input.externalId} end`,
      type: input.type,
      task: input.task,
      trigger_config: JSON.stringify(input.triggerConfig) as never,
      tags: input.tags,
      metadata: input.metadata && (JSON.stringify(input.metadata) as never),
      expires_at: input.expiresAt,
      retry_count: 0,
    })
    .onConflict((conflict) => conflict.column("external_id").doNothing())
    .returningAll()
    .executeTakeFirst();
  if (created) return { session: created, isNew: true };
  const session = await tx
    .selectFrom("engine.session")
    .selectAll()
    .where("external_id", "=", input.externalId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  return { session, isNew: false };
}

/** Their records first, which may be many; a session goes when it has none left. */
async function removeOver(tx: Tx, limit: Date, rows: number): Promise<number> {
  const over = await sql<{ id: string; stream_key: string }>`
    select s.id, s.stream_key from engine.session s
    where coalesce(s.closed_at, s.expires_at) < ${limit}
      and not exists (select from engine.run r where r.session_id = s.id and r.execution_status <> 'FINISHED')
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
  await tx.deleteFrom("engine.stream").where("key", "in", keys).execute();
  await tx.deleteFrom("engine.session").where("id", "in", ids).execute();
  return ids.length;
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
