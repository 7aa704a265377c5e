import { sql, type Kysely } from "kysely";

/**
 * A deleted chat is kept for a while, so that it can be taken back; from `purging_at` on it cannot any more. The index has
 * only what is deleted and not yet gone, because somebody looks every second. Frozen once merged.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table chat add column purging_at timestamptz`.execute(db);
  await sql`create index chat_deleted_idx on chat (deleted_at) where deleted_at is not null`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index chat_deleted_idx`.execute(db);
  await sql`alter table chat drop column purging_at`.execute(db);
}
