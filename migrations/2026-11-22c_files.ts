import { sql, type Kysely } from "kysely";

/**
 * Files that people attach to messages. A file lives as long as a message refers to it, and a day before that; its bytes
 * are in one of two stores, and `file_garbage` remembers whose bytes are still to be deleted there.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table file (
      id text primary key,
      owner_id text not null references "user" ("id") on delete cascade,
      name text not null,
      media_type text not null,
      size integer not null,
      sha256 text not null,
      store text not null check (store in ('postgres', 's3')),
      -- Null while its bytes are on their way: a row comes first, so that nothing is stored that nobody knows of.
      stored_at timestamptz,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index file_owner_idx on file (owner_id)`.execute(db);
  await sql`create index file_created_idx on file (created_at)`.execute(db);

  // No foreign key: this is a store like the other one, emptied through file_garbage.
  await sql`create table file_content (file_id text primary key, bytes bytea not null)`.execute(db);
  // Uncompressed, so that a piece of it can be read without the rest. Images do not compress anyway.
  await sql`alter table file_content alter column bytes set storage external`.execute(db);

  await sql`
    create table message_file (
      chat_id text not null,
      message_id text not null,
      file_id text not null references file (id) on delete cascade,
      primary key (chat_id, message_id, file_id),
      foreign key (chat_id, message_id) references message (chat_id, id) on delete cascade
    )`.execute(db);
  await sql`create index message_file_file_idx on message_file (file_id)`.execute(db);

  await links(db);
  await garbage(db);
}

/**
 * Whoever writes a message, and however (a save, a fork, an import), its files are linked in the same transaction. Only
 * those of the chat's owner: a message that names another person's file gets nothing by it.
 */
async function links(db: Kysely<unknown>) {
  // The row lock makes it wait for a sweep that is just forgetting the file, instead of failing on the foreign key.
  await sql`
    create function link_message_files() returns trigger language plpgsql as $$
      begin
        if tg_op = 'UPDATE' then
          delete from message_file where chat_id = new.chat_id and message_id = new.id;
        end if;
        insert into message_file (chat_id, message_id, file_id)
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
    create trigger message_files_linked after insert on message for each row
    when (new.parts @> '[{"type": "file"}]') execute function link_message_files()`.execute(db);
  await sql`
    create trigger message_files_linked_anew after update of parts on message for each row
    when (new.parts is distinct from old.parts
      and (new.parts @> '[{"type": "file"}]' or old.parts @> '[{"type": "file"}]'))
    execute function link_message_files()`.execute(db);
}

/** However a file's row goes (the sweep, or its owner with all that is theirs), its bytes are not forgotten. */
async function garbage(db: Kysely<unknown>) {
  await sql`
    create table file_garbage (
      id text primary key,
      store text not null,
      since timestamptz not null default now()
    )`.execute(db);
  await sql`
    create function keep_file_garbage() returns trigger language plpgsql as $$
      begin
        insert into file_garbage (id, store) values (old.id, old.store);
        return null;
      end
    $$`.execute(db);
  await sql`
    create trigger file_deleted after delete on file for each row execute function keep_file_garbage()`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop trigger message_files_linked on message`.execute(db);
  await sql`drop trigger message_files_linked_anew on message`.execute(db);
  await sql`drop table message_file, file, file_content, file_garbage`.execute(db);
  await sql`drop function link_message_files(), keep_file_garbage()`.execute(db);
}
