import { query } from "./query.ts";

/**
 * Gives the owner of a chat so many more, older than it: "Chat 1" the newest, each an hour older than the one before.
 * They are seen and idle, and have no messages.
 */
export async function addChats(url: string, besideChatId: string, count: number): Promise<void> {
  await query(
    url,
    `insert into chat (id, owner_id, title, preview, last_activity_at, last_read_at)
    select gen_random_uuid()::text, owner_id, 'Chat ' || n, 'Preview ' || n, at, at
    from chat, generate_series(1, $2::int) n, lateral (select last_activity_at - n * interval '1 hour' as at) moment
    where id = $1`,
    [besideChatId, count],
  );
}
