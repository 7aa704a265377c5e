import { sql, type Kysely } from "kysely";

/**
 * What belongs to a branch beside its messages: summaries of long conversations, each on the message up to which it
 * speaks, and the runtime's own record, on the message that was last when it was saved. Frozen once merged.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await compactions(db);
  await states(db);
}

async function compactions(db: Kysely<unknown>) {
  await sql`
    create table compaction (
      chat_id text not null,
      message_id text not null,
      summary text not null,
      messages int not null,
      model text not null,
      created_at timestamptz not null default now(),
      primary key (chat_id, message_id),
      foreign key (chat_id, message_id) references message (chat_id, id) on delete cascade
    )`.execute(db);
  // A summary of what was changed since is wrong, whoever changed it: an approval can come late. Nearly always it is the
  // last message that changes, and there is nothing below it.
  await sql`
    create function forget_compactions() returns trigger language plpgsql as $$
      begin
        delete from compaction where chat_id = new.chat_id and message_id in (
          with recursive down (id) as (
            select new.id
            union all
            select m.id from down join message m on m.chat_id = new.chat_id and m.parent_id = down.id
          )
          select id from down
        );
        return null;
      end
    $$`.execute(db);
  await sql`
    create trigger message_forget_compactions after update on message for each row
    when ((old.parts, old.hidden, old.parent_id) is distinct from (new.parts, new.hidden, new.parent_id))
    execute function forget_compactions()`.execute(db);
  await sql`
    create function notify_compaction() returns trigger language plpgsql as $$
      begin
        perform pg_notify('chat', json_build_object('chatId', id, 'ownerId', owner_id)::text)
        from chat where id = new.chat_id;
        return null;
      end
    $$`.execute(db);
  await sql`
    create trigger compaction_notify after insert on compaction
    for each row execute function notify_compaction()`.execute(db);
}

/** No state says nothing; a JSON null says that there is none from here on. What had no message keeps its old place. */
async function states(db: Kysely<unknown>) {
  await sql`alter table message add column state jsonb`.execute(db);
  await sql`
    update message set state = chat_session.state
    from chat_session join chat on chat.id = chat_session.chat_id
    where message.chat_id = chat.id and message.id = chat.head_id and chat_session.state is not null`.execute(db);
  await sql`
    update chat_session set state = null
    from chat where chat.id = chat_session.chat_id and chat.head_id is not null and state is not null`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    update chat_session set state = message.state
    from chat join message on message.chat_id = chat.id and message.id = chat.head_id
    where chat.id = chat_session.chat_id and message.state is not null`.execute(db);
  await sql`alter table message drop column state`.execute(db);
  await sql`drop trigger message_forget_compactions on message`.execute(db);
  await sql`drop table compaction`.execute(db);
  await sql`drop function forget_compactions(), notify_compaction()`.execute(db);
}
