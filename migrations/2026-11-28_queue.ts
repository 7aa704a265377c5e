import { sql, type Kysely } from "kysely";

/**
 * Messages that wait for their turn. One is here until it is stored as a message of the conversation, which takes its row
 * away in the same transaction. Frozen once merged.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table chat add column queue_paused_at timestamptz`.execute(db);
  await sql`
    create table queued_message (
      chat_id text not null references chat (id) on delete cascade,
      id text not null,
      position int not null,
      kind text not null check (kind in ('queue', 'steer')),
      state text not null default 'waiting' check (state in ('waiting', 'sending', 'sent')),
      parts jsonb not null,
      model text,
      -- What goes along when it is sent, the same each time: the message the person saw last, and the turn it goes into.
      after_id text,
      steers text,
      -- What worked when it was to interrupt that.
      stops text,
      attempts int not null default 0,
      sent_at timestamptz,
      created_at timestamptz not null default now(),
      primary key (chat_id, id),
      constraint queued_message_sent check ((state = 'waiting') = (sent_at is null))
    )`.execute(db);
  // The dispatcher looks every second for the few that are under way, and for those that could be.
  await sql`create index queued_message_sent_idx on queued_message (sent_at) where state <> 'waiting'`.execute(db);
  await sql`create index queued_message_waiting_idx on queued_message (chat_id) where state = 'waiting'`.execute(db);
  await files(db);
  await notifications(db);
}

/** What waits keeps its files as a message does: those of the chat's owner, in the transaction that writes the row. */
async function files(db: Kysely<unknown>) {
  await sql`
    create table queued_message_file (
      chat_id text not null,
      message_id text not null,
      file_id text not null references file (id) on delete cascade,
      primary key (chat_id, message_id, file_id),
      foreign key (chat_id, message_id) references queued_message (chat_id, id) on delete cascade
    )`.execute(db);
  await sql`create index queued_message_file_file_idx on queued_message_file (file_id)`.execute(db);
  // The row lock makes it wait for a sweep that is just forgetting the file, as it does for messages.
  await sql`
    create function link_queued_files() returns trigger language plpgsql as $$
      begin
        if tg_op = 'UPDATE' then
          delete from queued_message_file where chat_id = new.chat_id and message_id = new.id;
        end if;
        insert into queued_message_file (chat_id, message_id, file_id)
        select new.chat_id, new.id, file.id
        from chat join file on file.owner_id = chat.owner_id
        where chat.id = new.chat_id and file.stored_at is not null and file.id = any (
          select substring(part ->> 'url' from '^skein-file:(.{36})$')
          from jsonb_array_elements(new.parts) part where part ->> 'type' = 'file'
        )
        for key share of file
        on conflict do nothing;
        return null;
      end
    $$`.execute(db);
  await sql`
    create trigger queued_files_linked after insert on queued_message for each row
    when (new.parts @> '[{"type": "file"}]') execute function link_queued_files()`.execute(db);
  await sql`
    create trigger queued_files_linked_anew after update of parts on queued_message for each row
    when (new.parts is distinct from old.parts
      and (new.parts @> '[{"type": "file"}]' or old.parts @> '[{"type": "file"}]'))
    execute function link_queued_files()`.execute(db);
}

/**
 * The live feed tells of every change of a queue that a page could show: one that is sent again is none. Rows that go with
 * their chat tell nothing, for the chat is gone by then.
 */
async function notifications(db: Kysely<unknown>) {
  await sql`
    create function notify_queue() returns trigger language plpgsql as $$
      begin
        perform pg_notify('chat', json_build_object('chatId', id, 'ownerId', owner_id, 'topic', 'queue')::text)
        from chat where id = coalesce(new.chat_id, old.chat_id);
        return null;
      end
    $$`.execute(db);
  await sql`
    create trigger queue_notify after insert or delete on queued_message
    for each row execute function notify_queue()`.execute(db);
  await sql`
    create trigger queue_notify_changed after update on queued_message for each row
    when ((old.position, old.kind, old.parts, old.state = 'waiting')
      is distinct from (new.position, new.kind, new.parts, new.state = 'waiting'))
    execute function notify_queue()`.execute(db);
  await sql`
    create function notify_queue_paused() returns trigger language plpgsql as $$
      begin
        perform pg_notify('chat', json_build_object('chatId', new.id, 'ownerId', new.owner_id, 'topic', 'queue')::text);
        return null;
      end
    $$`.execute(db);
  await sql`
    create trigger queue_notify_paused after update of queue_paused_at on chat for each row
    when ((old.queue_paused_at is null) is distinct from (new.queue_paused_at is null))
    execute function notify_queue_paused()`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop trigger queue_notify_paused on chat`.execute(db);
  await sql`drop table queued_message_file, queued_message`.execute(db);
  await sql`drop function link_queued_files(), notify_queue(), notify_queue_paused()`.execute(db);
  await sql`alter table chat drop column queue_paused_at`.execute(db);
}
