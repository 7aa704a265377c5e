import { sql } from "kysely";
import type { RunFilter, RunPage } from "../runs.ts";
import { page } from "./page.ts";
import type { Db } from "./database.ts";

export async function list(db: Db, filter: RunFilter, now: Date): Promise<RunPage> {
  let query = db.selectFrom("engine.run").selectAll().where("is_spare", "=", false);
  if (filter.statuses) query = query.where(sql<boolean>`${status(now)} = any(${filter.statuses}::text[])`);
  if (filter.tasks) query = query.where("task", "in", filter.tasks);
  if (filter.versions) {
    const builds = db.selectFrom("engine.worker").select("id").where("version", "in", filter.versions);
    query = query.where("worker_id", "in", builds);
  }
  if (filter.tags) query = query.where(sql<boolean>`tags && ${filter.tags}::text[]`);
  if (filter.batch) query = query.where("batch_id", "=", filter.batch);
  if (filter.queues) query = query.where("queue", "in", filter.queues);
  if (filter.machines) query = query.where("machine", "in", filter.machines);
  if (filter.createdFrom) query = query.where("created_at", ">=", filter.createdFrom);
  if (filter.createdTo) query = query.where("created_at", "<=", filter.createdTo);
  const { rows, next, previous } = await page("engine.run", query, filter);
  return { runs: rows, next, previous };
}

const status = (now: Date) => sql<string>`
  case when status = 'PENDING' and delayed_until > ${now} then 'DELAYED' else status end`;
