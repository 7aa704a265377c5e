import { sql, type ColumnType, type Generated, type Kysely, type RawBuilder, type Selectable } from "kysely";
import type { SkeinMessage, SkeinMetadata } from "../tools/message.ts";
import type { Compaction } from "./compactions.ts";
import type { Database } from "./db/database.ts";

export interface MessageTable {
  chat_id: string;
  id: string;
  /** The chat's: a trigger sees to it. */
  owner_id: Generated<string>;
  parent_id: string | null;
  role: "user" | "assistant" | "system";
  parts: ColumnType<SkeinMessage["parts"], string, string>;
  metadata: ColumnType<SkeinMetadata | null, string | null | undefined, string | null>;
  /** False while an answer is being written, and for good when it was stopped or broke off. */
  final: Generated<boolean>;
  /** A person ended it. */
  stopped: Generated<boolean>;
  /** Why it broke off, in one clear sentence. */
  error: string | null;
  hidden: Generated<boolean>;
  /** Where the head was when it left the branch that begins here: going there again leads back to it. */
  last_leaf_id: string | null;
  /** An answer that was saved while people looked at another branch. */
  unread: Generated<boolean>;
  /** The agent runtime's own record where a path ends here; we only keep it. */
  state: ColumnType<unknown, string | null | undefined, string | null>;
  seq: ColumnType<number, never, never>;
  created_at: ColumnType<Date, Date | undefined, never>;
}

/** A row of a path; `depth` is 0 at its end and grows towards the root. */
export type PathRow = Pick<
  Selectable<MessageTable>,
  "id" | "role" | "parts" | "metadata" | "final" | "stopped" | "error" | "created_at"
> & {
  depth: number;
  /** Which transaction wrote it last: another one once anything of the row has changed. */
  written: string;
};

/**
 * Joins the message `m` of this id to each row before it, by its key. As a plain join, the planner reads all of the chat's
 * messages at every step of a walk, as long as nobody has told it (by `analyze`) how many a chat has.
 */
export function joinById(chatId: string, id: RawBuilder<unknown>, columns = sql`*`): RawBuilder<unknown> {
  return sql`cross join lateral (select ${columns} from message where chat_id = ${chatId} and id = ${id} limit 1) m`;
}

/**
 * The path from the root to a message, root first, hidden rows left out. Empty for an unknown or missing id. With
 * `below`, only what comes after that message of the path has its parts; the others have none.
 */
export async function path(
  db: Kysely<Database>,
  chatId: string,
  toId: string | null,
  { below = null }: { below?: string | null } = {},
): Promise<PathRow[]> {
  if (toId === null) return [];
  // The ids are walked first and the contents fetched once: carrying parts through the recursion copies them.
  const { rows } = await sql<PathRow>`
    with recursive up (id, parent_id, depth) as (
      select id, parent_id, 0 from message where chat_id = ${chatId} and id = ${toId}
      union all
      select m.id, m.parent_id, up.depth + 1 from up ${joinById(chatId, sql`up.parent_id`)}
    )
    select m.id, m.role, m.metadata,
      case when up.depth >= (select depth from up where id = ${below}) then '[]' else m.parts end as parts,
      m.final, m.stopped, m.error, m.created_at, up.depth, m.xmin::text as written
    from up ${joinById(chatId, sql`up.id`, sql`*, xmin`)}
    where not m.hidden
    order by depth desc`.execute(db);
  return rows;
}

/** One message of this chat, wherever it is in the tree. */
export async function find(db: Kysely<Database>, chatId: string, id: string) {
  return db
    .selectFrom("message")
    .select(["id", "parent_id", "role", "metadata", "final", "stopped", "error", "last_leaf_id"])
    .where("chat_id", "=", chatId)
    .where("id", "=", id)
    .executeTakeFirst();
}

export async function hasChildren(db: Kysely<Database>, chatId: string, id: string): Promise<boolean> {
  const child = await db
    .selectFrom("message")
    .select("id")
    .where("chat_id", "=", chatId)
    .where("parent_id", "=", id)
    .where("hidden", "=", false)
    .limit(1)
    .executeTakeFirst();
  return child !== undefined;
}

/** A row as it was written. */
export function messageOf(row: Pick<PathRow, "id" | "role" | "parts" | "metadata">): SkeinMessage {
  return { id: row.id, role: row.role, ...(row.metadata === null ? {} : { metadata: row.metadata }), parts: row.parts };
}

/** Whether nothing says how an answer ended: a turn is writing it, or died at it. */
export function isOpen({ final, stopped, error }: Pick<PathRow, "final" | "stopped" | "error">): boolean {
  return !final && !stopped && error === null;
}

/**
 * A row as the page shows it, with how it ended, and with the summary if it is the last message that this speaks for. The
 * runtime must not see that: it would write it back as content.
 */
export function shownMessageOf(row: PathRow, summary?: Compaction): SkeinMessage {
  const message = messageOf(row);
  const compaction = summary?.messageId === row.id ? summary : undefined;
  if (!row.stopped && row.error === null && !compaction) return message;
  const more = {
    ...(row.stopped ? { stopped: true } : {}),
    ...(row.error === null ? {} : { error: row.error }),
    ...(compaction ? { compaction: { summary: compaction.summary, messages: compaction.messages } } : {}),
  };
  return { ...message, metadata: { ...message.metadata, ...more } };
}
