import { sql, type ExpressionBuilder, type Kysely } from "kysely";
import { FILTERS, MAX_COUNT, type InboxCounts, type InboxFilter, type RowKey } from "../inbox/row.ts";
import type { ChatRow } from "./chats.ts";
import type { Database } from "./db/database.ts";

/** What a row of a list is made of. */
const LISTED = [
  ...(["id", "title", "preview", "status", "status_detail", "needs"] as const),
  ...(["last_activity_at", "last_read_at", "pinned_at", "archived_at"] as const),
];
export type ListedChat = Pick<ChatRow, (typeof LISTED)[number]>;

/** Where a chat is listed: what is pinned is not in the inbox too, and what is archived is in neither. */
export type Folder = "inbox" | "pinned" | "archived";

interface Stretch {
  ownerId: string;
  folder?: Folder;
  /** Only chats in this state, in the inbox those that are pinned as well. */
  state?: InboxFilter | null;
  limit?: number;
  /** What comes after this one. */
  before?: RowKey | null;
}

/** One stretch of a list, newest activity first. Every folder and state has an index in that order. */
export async function list(
  db: Kysely<Database>,
  { ownerId, folder = "inbox", state = null, limit = 50, before = null }: Stretch,
): Promise<ListedChat[]> {
  let query = owned(db, ownerId)
    .select(LISTED)
    .where("archived_at", folder === "archived" ? "is not" : "is", null);
  if (state !== null) query = query.where((eb) => isIn(eb, state));
  else if (folder !== "archived") query = query.where("pinned_at", folder === "pinned" ? "is not" : "is", null);
  if (before !== null) {
    query = query.where(sql<boolean>`(last_activity_at, id) < (${new Date(before.at)}, ${before.id})`);
  }
  return query.orderBy("last_activity_at", "desc").orderBy("id", "desc").limit(limit).execute();
}

/** Those of these chats that are there, listed and this owner's. */
export async function named(db: Kysely<Database>, ownerId: string, ids: string[]): Promise<ListedChat[]> {
  return owned(db, ownerId)
    .select(LISTED)
    .where(sql<boolean>`id = any(${ids})`)
    .execute();
}

/** How many chats outside the archive are in each state, as far as MAX_COUNT. */
export async function counts(db: Kysely<Database>, ownerId: string): Promise<InboxCounts> {
  const counted = await db
    .selectNoFrom(({ fn }) =>
      FILTERS.map((state) =>
        owned(db, ownerId)
          .where("archived_at", "is", null)
          .where((eb) => isIn(eb, state))
          .select("id")
          .limit(MAX_COUNT)
          .as("some"),
      ).map((some, at) =>
        db
          .selectFrom(some)
          .select(fn.countAll<string>().as("count"))
          .as(FILTERS[at] as string),
      ),
    )
    .executeTakeFirstOrThrow();
  return Object.fromEntries(Object.entries(counted).map(([state, count]) => [state, Number(count)])) as InboxCounts;
}

/** Without what sub-agents do, which is read where it was asked for. */
function owned(db: Kysely<Database>, ownerId: string) {
  return db
    .selectFrom("chat")
    .where("owner_id", "=", ownerId)
    .where("deleted_at", "is", null)
    .where("parent_chat_id", "is", null);
}

/** As `rowState` says it, in the words of the indexes. */
function isIn(eb: ExpressionBuilder<Database, "chat">, state: InboxFilter) {
  if (state !== "Unread") return eb("status", "=", state === "Running" ? "running" : "needs_you");
  return eb.and([
    eb("status", "=", "idle"),
    eb.or([eb("last_read_at", "is", null), eb("last_activity_at", ">", eb.ref("last_read_at"))]),
  ]);
}
