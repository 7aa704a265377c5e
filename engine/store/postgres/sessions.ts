import { sql } from "kysely";
import { newId } from "../../ids.ts";
import { type NewSession, type Session, type Sessions, type SessionsTx } from "../sessions.ts";
import { streamName } from "../streams.ts";
import { type Db, type Tx } from "./database.ts";
import { list } from "./session-list.ts";
import { sessionRetention } from "./session-retention.ts";

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

  ...sessionRetention(db),
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
  if (created) {
    const keys = (["in", "out"] as const).map((io) => ({ key: streamName(created.stream_key, io), next_seq: 0 }));
    await tx
      .insertInto("engine.stream")
      .values(keys)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return { session: created, isNew: true };
  }
  const session = await tx
    .selectFrom("engine.session")
    .selectAll()
    .where("external_id", "=", input.externalId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  return { session, isNew: false };
}
