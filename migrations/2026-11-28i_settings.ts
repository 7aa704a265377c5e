import { sql, type Kysely } from "kysely";

/** What a person has chosen for all their chats and browsers. Frozen once merged. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table person_settings (
      person_id text primary key references "user" (id) on delete cascade,
      default_model text
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table person_settings`.execute(db);
}
