import { sql, type Selectable } from "kysely";
import { newId } from "../ids.ts";
import type { Db, SessionTable, Tx } from "./database.ts";
import { streamName } from "./streams.ts";

export type Session = Selectable<SessionTable>;

export type NewSession = {
  externalId: string | null;
  type: string;
  task: string;
  triggerConfig: SessionTable["trigger_config"];
  tags: string[];
  metadata: Record<string, unknown> | null;
  expiresAt: Date | null;
};

/** Creates a session, or finds the one with its external id. Either way its row is locked afterwards. */
export async function insertOrLock(tx: Tx, input: NewSession): Promise<{ session: Session; isNew: boolean }> {
  const id = newId("session");
  const created = await tx
    .insertInto("engine.session")
    .values({
      id,
      external_id: input.externalId,
      stream_key: input.externalId ?? id,
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
    .forUpdate()
    .executeTakeFirstOrThrow();
  return { session, isNew: false };
}

/** Finds a session by its id (`session_…`) or its external id. */
export async function find(db: Db | Tx, name: string): Promise<Session | undefined> {
  return byName(db, name).executeTakeFirst();
}

/** The same, with its row locked: whoever appends input or ends its run takes turns here. */
export async function findAndLock(tx: Tx, name: string): Promise<Session | undefined> {
  return byName(tx, name).forUpdate().executeTakeFirst();
}

const byName = (db: Db | Tx, name: string) =>
  db
    .selectFrom("engine.session")
    .selectAll()
    .where(name.startsWith("session_") ? "id" : "external_id", "=", name);

export type SessionChange = Partial<
  Pick<
    SessionTable,
    | "current_run_id"
    | "answered_in_seq"
    | "retry_seq"
    | "retry_count"
    | "closed_at"
    | "closed_reason"
    | "external_id"
    | "tags"
  >
> & { metadata?: Record<string, unknown> | null };

export async function update(db: Db | Tx, id: string, change: SessionChange): Promise<Session> {
  const { metadata, ...columns } = change;
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
}

/** A completed turn has taken in the input up to `seq`; an older report changes nothing. */
export async function markAnswered(tx: Tx, streamKey: string, seq: number): Promise<void> {
  await tx
    .updateTable("engine.session")
    .set({ answered_in_seq: sql`greatest(coalesce(answered_in_seq, ${seq}), ${seq})`, retry_count: 0, retry_seq: null })
    .where("stream_key", "=", streamKey)
    .execute();
}

export type ListFilter = {
  limit: number;
  after?: string;
  before?: string;
  types?: string[];
  tags?: string[];
  tasks?: string[];
  externalId?: string;
  statuses?: string[];
  createdFrom?: Date;
  createdTo?: Date;
};

export type Page = { sessions: Session[]; next?: string; previous?: string };

/** Newest first. Cursors are session ids. Sessions must carry one of `tags`, be of one of `types`, and so on. */
export async function list(db: Db, filter: ListFilter, now: Date): Promise<Page> {
  let query = db.selectFrom("engine.session").selectAll().where("type", "<>", SPARE_TYPE);
  if (filter.types) query = query.where("type", "in", filter.types);
  if (filter.tasks) query = query.where("task", "in", filter.tasks);
  if (filter.externalId) query = query.where("external_id", "=", filter.externalId);
  if (filter.tags) query = query.where(sql<boolean>`tags && ${filter.tags}::text[]`);
  if (filter.createdFrom) query = query.where("created_at", ">=", filter.createdFrom);
  if (filter.createdTo) query = query.where("created_at", "<=", filter.createdTo);
  if (filter.statuses) query = query.where(sql<boolean>`${status(now)} = any(${filter.statuses}::text[])`);
  const isBackward = filter.before !== undefined;
  const cursor = filter.before ?? filter.after;
  if (cursor) {
    const anchor = db.selectFrom("engine.session").select("ord").where("id", "=", cursor);
    query = query.where("ord", isBackward ? ">" : "<", anchor);
  }
  const rows = await query
    .orderBy("ord", isBackward ? "asc" : "desc")
    .limit(filter.limit + 1)
    .execute();
  const hasMore = rows.length > filter.limit;
  const sessions = rows.slice(0, filter.limit);
  if (isBackward) sessions.reverse();
  const hasNext = isBackward || hasMore;
  const hasPrevious = isBackward ? hasMore : filter.after !== undefined;
  return {
    sessions,
    next: hasNext ? sessions.at(-1)?.id : undefined,
    previous: hasPrevious ? sessions[0]?.id : undefined,
  };
}

const status = (now: Date) => sql<string>`
  case when closed_at is not null then 'CLOSED' when expires_at <= ${now} then 'EXPIRED' else 'ACTIVE' end`;

/** The sessions of spare runs: the engine's own, shown to nobody. */
export const SPARE_TYPE = "engine.spare";

/** Forgets spare sessions whose run ended before `limit`: later, the worker may still ask about that run. */
export async function removeSpares(db: Db, limit: Date): Promise<void> {
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
