import { sql } from "kysely";
import { SPARE_TYPE, type ListFilter, type Page } from "../sessions.ts";
import type { Db } from "./database.ts";

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
