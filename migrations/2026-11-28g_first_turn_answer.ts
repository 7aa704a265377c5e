import { sql, type Kysely } from "kysely";

/** What a head start says of its answer: the hand-over to the agent takes words only. Frozen once merged. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table chat add column first_turn_answer jsonb`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table chat drop column first_turn_answer`.execute(db);
}
