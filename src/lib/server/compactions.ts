import { sql, type ColumnType, type Kysely, type RawBuilder, type Transaction } from "kysely";
import type { Database } from "./db/database.ts";
import { storable } from "./jsonb.ts";

export interface CompactionTable {
  chat_id: string;
  /** The last message it speaks for. It holds on every path that goes through this one. */
  message_id: string;
  summary: string;
  /** How many messages it speaks for. */
  messages: number;
  /** Who wrote it, as `provider:model`. */
  model: string;
  created_at: ColumnType<Date, never, never>;
}

/** What the model reads instead of the beginning of a path. */
export interface Compaction {
  messageId: string;
  summary: string;
  messages: number;
}

/**
 * The summary that speaks for the most of a path: it holds what earlier ones on the path say. `listed`: what `idsOf` has
 * told already.
 */
export async function latestOn(
  db: Kysely<Database>,
  chatId: string,
  ids: readonly string[],
  listed?: readonly string[],
): Promise<Compaction | undefined> {
  // There are few, and thousands of ids on a long path: these stay here.
  const all = listed ?? (await idsOf(chatId).execute(db)).rows[0]?.ids ?? [];
  const path = new Set(ids);
  const latest = all.find((id) => path.has(id));
  if (latest === undefined) return undefined;
  return db
    .selectFrom("compaction")
    .select(["message_id as messageId", "summary", "messages"])
    .where("chat_id", "=", chatId)
    .where("message_id", "=", latest)
    .executeTakeFirst();
}

/** The query for the messages of a chat that have a summary; what speaks for the most comes first. */
export function idsOf(chatId: string): RawBuilder<{ ids: string[] }> {
  return sql`select array(
    select message_id from compaction where chat_id = ${chatId} order by messages desc
  ) as ids`;
}

/** Whoever is first wins: a summary of the same messages is as good as another. */
export async function write(
  trx: Transaction<Database>,
  chatId: string,
  { messageId, summary, messages, model }: Compaction & { model: string },
): Promise<void> {
  await trx
    .insertInto("compaction")
    .values({ chat_id: chatId, message_id: messageId, summary: storable(summary), messages, model })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** What a copy of a path needs of its source: the summaries on messages that it has too. */
export async function copy(trx: Transaction<Database>, fromChatId: string, toChatId: string): Promise<void> {
  await sql`
    insert into compaction (chat_id, message_id, summary, messages, model, created_at)
    select m.chat_id, c.message_id, c.summary, c.messages, c.model, c.created_at
    from compaction c join message m on m.chat_id = ${toChatId} and m.id = c.message_id
    where c.chat_id = ${fromChatId}`.execute(trx);
}
