import { sql, type Kysely } from "kysely";

/**
 * What a sub-agent does is a chat of its own, below the one whose tool call asked for it. It is in no list; it is deleted
 * with that chat, after its session has been ended, so nothing cascades. Frozen once merged.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table chat
      add column agent text not null default 'chat',
      add column parent_chat_id text references chat (id),
      add column parent_tool_call_id text,
      add constraint chat_parent check ((parent_chat_id is null) = (parent_tool_call_id is null))`.execute(db);
  await sql`
    create unique index chat_parent_idx on chat (parent_chat_id, parent_tool_call_id)
    where parent_chat_id is not null`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`delete from chat where parent_chat_id is not null`.execute(db);
  await sql`
    alter table chat drop column agent, drop column parent_tool_call_id, drop column parent_chat_id`.execute(db);
}
