import { holds, type InboxPage, type InboxRow, type Listing, type RowKey } from "./row.ts";

/** The part of a list that is loaded: all that is pinned, and the rest as far as `end`, newest first. */
export interface RowList {
  rows: InboxRow[];
  /** The last place that is loaded; null: there is nothing after it. */
  end: RowKey | null;
}

/** The newest activity first, as the database orders it. */
export function compareRows(a: RowKey, b: RowKey): number {
  return b.at - a.at || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

export function firstPage({ rows, end }: InboxPage): RowList {
  return { rows: [...rows].sort(compareRows), end };
}

/** The list with the stretch that follows it. */
export function withNext(list: RowList, page: InboxPage): RowList {
  const added = new Set(page.rows.map(({ id }) => id));
  return { rows: [...list.rows.filter(({ id }) => !added.has(id)), ...page.rows].sort(compareRows), end: page.end };
}

/**
 * The list with what became of these chats: those that are not among `rows` are gone, and those that moved beyond its end
 * come when it is read that far.
 */
export function withRows(list: RowList, listing: Listing, ids: Iterable<string>, rows: InboxRow[]): RowList {
  const changed = new Set(ids);
  const here = rows.filter((row) => holds(listing, row) && isLoaded(list, row));
  const others = list.rows.filter(({ id }) => !changed.has(id));
  return { ...list, rows: here.length === 0 ? others : [...others, ...here].sort(compareRows) };
}

const isLoaded = ({ end }: RowList, row: InboxRow) => row.isPinned || end === null || compareRows(row, end) <= 0;
