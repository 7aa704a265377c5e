import { sql, type ExpressionBuilder } from "kysely";
import { SPARE_TYPE, type ListFilter, type Page } from "../sessions.ts";
import { page } from "./page.ts";
import type { Db, EngineDatabase } from "./database.ts";

export async function list(db: Db, filter: ListFilter, now: Date): Promise<Page> {
  let query = db.selectFrom("engine.session").selectAll().where("type", "<>", SPARE_TYPE);
  if (filter.types) query = query.where("type", "in", filter.types);
  if (filter.tasks) query = query.where("task", "in", filter.tasks);
  if (filter.externalId) query = query.where("external_id", "=", filter.externalId);
  if (filter.tags) query = query.where(sql<boolean>`tags && ${filter.tags}::text[]`);
  if (filter.createdFrom) query = query.where("created_at", ">=", filter.createdFrom);
  if (filter.createdTo) query = query.where("created_at", "<=", filter.createdTo);
  const { statuses } = filter;
  if (statuses) query = query.where((eb) => eb.or(statuses.map((status) => inStatus(eb, status, now))));
  const { rows, next, previous } = await page("engine.session", query, filter);
  return { sessions: rows, next, previous };
}

/** As plain conditions, of which the planner knows how many rows they leave: it would read the whole table otherwise. */
function inStatus(eb: ExpressionBuilder<EngineDatabase, "engine.session">, status: string, now: Date) {
  const isOpen = eb("closed_at", "is", null);
  switch (status) {
    case "CLOSED":
      return eb("closed_at", "is not", null);
    case "EXPIRED":
      return eb.and([isOpen, eb("expires_at", "<=", now)]);
    default:
      return eb.and([isOpen, eb.or([eb("expires_at", "is", null), eb("expires_at", ">", now)])]);
  }
}
