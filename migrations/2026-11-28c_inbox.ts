import { sql, type Kysely } from "kysely";

/**
 * The three lists of an inbox each have an index of their own, in the order in which they are read: what is archived or
 * pinned is never skipped over to find the rest. Frozen once merged.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`drop index chat_inbox_idx`.execute(db);
  await sql`
    create index chat_inbox_idx on chat (owner_id, last_activity_at desc, id desc)
    where deleted_at is null and archived_at is null and pinned_at is null`.execute(db);
  await sql`
    create index chat_pinned_idx on chat (owner_id, last_activity_at desc, id desc)
    where deleted_at is null and archived_at is null and pinned_at is not null`.execute(db);
  await sql`
    create index chat_archived_idx on chat (owner_id, last_activity_at desc, id desc)
    where deleted_at is null and archived_at is not null`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index chat_archived_idx, chat_pinned_idx, chat_inbox_idx`.execute(db);
  await sql`
    create index chat_inbox_idx on chat (owner_id, last_activity_at desc, id desc) where deleted_at is null`.execute(
    db,
  );
}
