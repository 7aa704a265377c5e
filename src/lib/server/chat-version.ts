import { sql, type Kysely } from "kysely";
import type { Database } from "./db/database.ts";
import { isStorable } from "./jsonb.ts";

/**
 * Tells whether what a page shows of a chat is still the same, without reading it: a name for all that is stored of it.
 * Rows count by which transactions wrote them, which costs a look at each and not at what it says. Not what the page
 * changes by looking (`last_read_at`) or what nobody sees (leases, tokens). Undefined: no such chat of this owner.
 */
export async function versionOf(
  db: Kysely<Database>,
  { ownerId, chatId }: { ownerId: string; chatId: string },
): Promise<string | undefined> {
  if (!isStorable(chatId)) return undefined;
  const written = (table: "message" | "queued_message" | "compaction") =>
    sql`(select (count(*), sum(t.xmin::text::bigint))::text from ${sql.table(table)} t where t.chat_id = chat.id)`;
  const { rows } = await sql<{ version: string }>`
    select md5(concat_ws(' ',
      (to_jsonb(chat) - array['last_read_at', 'first_turn_lease_until'])::text,
      (s.chat_id, s.run_id, s.last_event_id, s.last_in_event_id)::text,
      (source.title, source.deleted_at)::text, parent.title,
      ${written("message")}, ${written("queued_message")}, ${written("compaction")}
    )) as version
    from chat
    left join chat_session s on s.chat_id = chat.id
    left join chat source on source.id = chat.forked_from_chat_id
    left join chat parent on parent.id = chat.parent_chat_id
    where chat.id = ${chatId} and chat.owner_id = ${ownerId} and chat.deleted_at is null`.execute(db);
  return rows[0]?.version;
}
