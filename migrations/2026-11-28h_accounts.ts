import { sql, type Kysely } from "kysely";

/**
 * A guest who signs in to an account leaves what is theirs to it. Their row stays, for sessions, runs and requests that
 * began before know them by its id; what is made in its name from then on is the account's. Frozen once merged.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table moved_guest (
      guest_id text primary key references "user" (id) on delete cascade,
      account_id text not null references "user" (id) on delete cascade,
      moved_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index moved_guest_account_idx on moved_guest (account_id, moved_at desc)`.execute(db);
  // The lock waits for a move that is under way: either it takes what is made here along, or the second query sees it.
  await sql`
    create function own_by_account() returns trigger language plpgsql as $$
      begin
        perform from "user" where id = new.owner_id for key share;
        new.owner_id := coalesce(
          (select account_id from moved_guest where guest_id = new.owner_id),
          new.owner_id
        );
        return new;
      end
    $$`.execute(db);
  for (const table of ["chat", "file"])
    await sql`
      create trigger ${sql.id(`${table}_own`)} before insert on ${sql.id(table)}
      for each row execute function own_by_account()`.execute(db);
  await sql`
    create trigger chat_notify_owner after update of owner_id on chat for each row
    when (old.owner_id is distinct from new.owner_id) execute function notify_chat()`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop trigger chat_notify_owner on chat`.execute(db);
  await sql`drop trigger file_own on file`.execute(db);
  await sql`drop trigger chat_own on chat`.execute(db);
  await sql`drop function own_by_account()`.execute(db);
  await sql`drop table moved_guest`.execute(db);
}
