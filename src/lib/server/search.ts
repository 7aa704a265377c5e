import { sql, type Kysely } from "kysely";
import type { Database } from "./db/database.ts";
import { storable } from "./jsonb.ts";

export interface Found {
  chatId: string;
  title: string;
  role: "user" | "assistant" | "system";
  /** Up to about 60 words around what was found. */
  excerpt: string;
  /** ISO 8601 */
  saidAt: string;
}

/**
 * What was said in the other chats of this chat's owner, the best matches first. `query` is as people type it into a
 * search engine; one without a word finds nothing.
 */
export async function besideChat(
  db: Kysely<Database>,
  { chatId, query, limit = 8 }: { chatId: string; query: string; limit?: number },
): Promise<Found[]> {
  const { rows } = await sql<Omit<Found, "saidAt"> & { saidAt: Date }>`
    with found as (
      select chat.id, chat.title, m.role, m.parts, m.created_at, ts_rank(m.search, q) as rank, q
      from chat this
      join chat on chat.owner_id = this.owner_id and chat.id <> this.id and chat.deleted_at is null
      join message m on m.chat_id = chat.id and not m.hidden
      cross join websearch_to_tsquery('simple', ${storable(query)}) q
      where this.id = ${chatId} and m.search @@ q
      order by rank desc, m.created_at desc
      limit ${limit}
    )
    select id as "chatId", title, role, created_at as "saidAt", ts_headline(
      'simple',
      (select left(string_agg(part ->> 'text', ' '), 200000) from jsonb_array_elements(parts) part
        where part ->> 'type' = 'text'),
      q, 'StartSel="", StopSel="", MaxWords=60, MinWords=30'
    ) as excerpt
    from found order by rank desc, created_at desc`.execute(db);
  return rows.map((row) => ({ ...row, saidAt: row.saidAt.toISOString() }));
}
