import { sql, type Kysely } from "kysely";

/**
 * How an answer ended is ours to know: the agent's runtime writes `parts` and `metadata` again whenever it likes. And a
 * head start that failed for good tells the agent so, which need not ask the model again.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table message
      add column stopped boolean not null default false,
      add column error text,
      add constraint message_ending check (not final or (not stopped and error is null))`.execute(db);
  await sql`
    update message set
      stopped = not final and coalesce((metadata ->> 'stopped')::boolean, false),
      error = case when not final then metadata ->> 'error' end,
      metadata = nullif(metadata - 'stopped' - 'error', '{}')
    where metadata ?| array['stopped', 'error']`.execute(db);
  await sql`alter table chat add column first_turn_failure text`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table chat drop column first_turn_failure`.execute(db);
  await sql`alter table message drop column stopped, drop column error`.execute(db);
}
