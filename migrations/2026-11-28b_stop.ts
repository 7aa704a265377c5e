import { sql, type Kysely } from "kysely";

/**
 * Which turn a stop is about, and who is told of it: the process that has the head start, which may be another one than
 * that which took the request. Frozen once merged.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table chat add column stop_requested_for text`.execute(db);
  await sql`
    create function notify_stop() returns trigger language plpgsql as $$
      begin
        perform pg_notify('stop', new.id);
        return null;
      end
    $$`.execute(db);
  // Any later turn hears of a stop through its session.
  await sql`
    create trigger chat_notify_stop after update of stop_requested_at on chat for each row
    when (new.stop_requested_at is not null and new.first_turn = 'claimed')
    execute function notify_stop()`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop trigger chat_notify_stop on chat`.execute(db);
  await sql`drop function notify_stop()`.execute(db);
  await sql`alter table chat drop column stop_requested_for`.execute(db);
}
