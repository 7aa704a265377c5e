import { sql, type SelectQueryBuilder } from "kysely";
import type { EngineDatabase } from "./database.ts";

/** Where a page starts and how long it is; `before` and `after` are ids, and exclude one another. */
interface PageFilter {
  limit: number;
  after?: string;
  before?: string;
}

/** A page of rows, newest first, and the ids that the pages beside it start from. */
export interface PageOf<Row> {
  rows: Row[];
  next: string | undefined;
  previous: string | undefined;
}

/** The page of `query` that a cursor asks for, by the order of insertion. One row more is read, to know of a next page. */
export async function page<Table extends "engine.run" | "engine.session", Row extends { id: string }>(
  table: Table,
  query: SelectQueryBuilder<EngineDatabase, Table, Row>,
  { limit, before, after }: PageFilter,
): Promise<PageOf<Row>> {
  const isBackward = before !== undefined;
  const cursor = before ?? after;
  const ord = sql.ref<number>("ord");
  let paged = query;
  if (cursor) {
    const anchor = sql`(select ord from ${sql.table(table)} where id = ${cursor})`;
    paged = paged.where(sql<boolean>`ord ${isBackward ? sql`>` : sql`<`} ${anchor}`);
  }
  const found = await paged
    .orderBy(ord, isBackward ? "asc" : "desc")
    .limit(limit + 1)
    .execute();
  const hasMore = found.length > limit;
  const rows = found.slice(0, limit);
  if (isBackward) rows.reverse();
  const hasNext = isBackward || hasMore;
  const hasPrevious = isBackward ? hasMore : after !== undefined;
  return { rows, next: hasNext ? rows.at(-1)?.id : undefined, previous: hasPrevious ? rows[0]?.id : undefined };
}
