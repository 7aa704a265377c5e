import type { ChatBase } from "../chat/types.ts";
import type { Compaction } from "./compactions.ts";
import type { PathRow } from "./messages.ts";

/** So many messages at the end of a path are told again whenever somebody looks. Those before it hardly change any more. */
const RECENT = 6;

type Row = Pick<PathRow, "id" | "written">;

/** Pure: the part of a path that need not be told again; none of a short one. */
export function baseOf(path: readonly Row[], compaction: Compaction | undefined): ChatBase | undefined {
  const last = path.at(-1 - RECENT);
  return last && { id: last.id, mark: markOf(path, last.id, compaction) };
}

/**
 * Pure: another text once anything changed of what a page shows up to that message of the path. Which messages these are
 * is certain, since none ever gets another parent.
 */
export function markOf(path: readonly Row[], id: string, compaction: Compaction | undefined): string {
  const base = path.slice(0, path.findIndex((row) => row.id === id) + 1);
  const written = base.reduce((sum, row) => sum + Number(row.written), 0);
  const summary = base.some((row) => row.id === compaction?.messageId) ? compaction?.messageId : undefined;
  return [base.length, written, summary].join(".");
}
