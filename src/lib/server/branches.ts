import { sql, type Kysely } from "kysely";
import type { Branch, ChatPageData } from "../chat/types.ts";
import type { Database } from "./db/database.ts";
import { isOpen, joinById, type PathRow } from "./messages.ts";

/** What branches a page offers, and on which of them something happens. */
export type Shown = { branches: ChatPageData["branches"]; answering: ChatPageData["session"]["answering"] };

/** A child of a message of the path, or a root. */
export interface Child {
  id: string;
  parentId: string | null;
  /** An answer that nothing says the end of. */
  isOpen: boolean;
}

/** The branches along a path; `answeringId` is what the turn that runs works on. */
export async function shown(
  db: Kysely<Database>,
  { chatId, path, answeringId }: { chatId: string; path: PathRow[]; answeringId: string | null },
): Promise<Shown> {
  const ids = path.map((row) => row.id);
  const children = await childrenOf(db, chatId, ids, answeringId);
  const news = await newsBelow(db, chatId, ids, answeringId);
  return arrange(path, children, news, answeringId);
}

/** The children of the path's forks, oldest first; of its end and of the question that is answered also a single one. */
async function childrenOf(db: Kysely<Database>, chatId: string, ids: string[], answeringId: string | null) {
  const { rows } = await sql<Child>`
    select id, "parentId", "isOpen" from (
      select m.id, m.parent_id as "parentId", m.seq, count(*) over (partition by m.parent_id) as siblings,
        not m.final and not m.stopped and m.error is null as "isOpen"
      from (
        select c.* from unnest(${ids}::text[]) p (id)
        cross join lateral (select * from message where chat_id = ${chatId} and parent_id = p.id offset 0) c
        union all
        select * from message where chat_id = ${chatId} and parent_id is null
      ) m
      where not m.hidden
    ) child
    where siblings > 1 or "parentId" = ${ids.at(-1) ?? null} or "parentId" = ${answeringId} or ${ids.length === 0}
    order by seq`.execute(db);
  return rows;
}

/** Where something happens beside the path: per message, the child of the path (or the root) that it is below. */
async function newsBelow(db: Kysely<Database>, chatId: string, ids: string[], answeringId: string | null) {
  const { rows } = await sql<{ branchId: string; mark: "running" | "unread" }>`
    with recursive up (mark, id, parent_id) as (
      select * from (
        select case when id = ${answeringId} then 'running' else 'unread' end, id, parent_id from message
        where chat_id = ${chatId} and unread
        union
        (select 'running', id, parent_id from message where chat_id = ${chatId} and id = ${answeringId} limit 1)
      ) news
      where id <> all (${ids}::text[])
      union
      select up.mark, m.id, m.parent_id from up ${joinById(chatId, sql`up.parent_id`)}
      where up.parent_id <> all (${ids}::text[])
    )
    select mark, id as "branchId" from up where parent_id is null or parent_id = any (${ids}::text[])`.execute(db);
  return rows;
}

/** Pure: what the page is told of these rows. */
export function arrange(
  path: Pick<PathRow, "id" | "role" | "final" | "stopped" | "error">[],
  children: Child[],
  news: { branchId: string; mark: "running" | "unread" }[],
  answeringId: string | null,
): Shown {
  const onPath = new Map(path.map((row) => [row.id, row]));
  const end = path.at(-1);
  const endsWithAnswer = end !== undefined && isOpen(end) && path.at(-2)?.id === answeringId;
  const isShown = answeringId !== null && (end?.id === answeringId || endsWithAnswer);
  const marks = new Map<string, Branch["mark"]>();
  for (const { branchId, mark } of news) if (marks.get(branchId) !== "running") marks.set(branchId, mark);

  const branches: Record<string, Branch[]> = {};
  let hasRow = false;
  for (const { id, parentId, isOpen } of children) {
    const isBeingWritten = isOpen && answeringId !== null && (parentId === answeringId || id === answeringId);
    // What a turn that died had begun: its question has, or gets, another answer.
    if (isOpen && !isBeingWritten && !onPath.has(id)) continue;
    hasRow ||= isBeingWritten;
    const mark = onPath.has(id) ? null : isBeingWritten ? "running" : (marks.get(id) ?? null);
    (branches[parentId ?? ""] ??= []).push({ id, mark });
  }
  if (answeringId !== null && onPath.get(answeringId)?.role === "user" && !hasRow)
    (branches[answeringId] ??= []).push({ id: null, mark: "running" });
  // A single child is a choice only below the end, where an undo left it.
  const choices = Object.entries(branches).filter(
    ([parentId, { 0: first, length }]) => length > 1 || (parentId === (end?.id ?? "") && first?.id !== null),
  );
  // The turn may have begun before its question is stored.
  const isKnown = answeringId !== null && (onPath.has(answeringId) || news.some(({ mark }) => mark === "running"));
  return { branches: Object.fromEntries(choices), answering: isKnown ? { messageId: answeringId, isShown } : null };
}
