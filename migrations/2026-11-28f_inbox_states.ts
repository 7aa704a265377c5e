import { sql, type Kysely } from "kysely";

/** The inbox can be narrowed to a state, and counts what is in it: an index for each, in the order of the list. Frozen once merged. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create index chat_busy_idx on chat (owner_id, status, last_activity_at desc, id desc)
    where deleted_at is null and archived_at is null and status in ('running', 'needs_you')`.execute(db);
  await sql`
    create index chat_unread_idx on chat (owner_id, last_activity_at desc, id desc)
    where deleted_at is null and archived_at is null and status = 'idle'
      and (last_read_at is null or last_activity_at > last_read_at)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index chat_unread_idx, chat_busy_idx`.execute(db);
}
