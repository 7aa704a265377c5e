import { sql, type Kysely } from "kysely";

/**
 * Search over one person's messages and titles that costs the same however many there are, theirs and other people's. A
 * full text index knows no order and no owner: a message carries its owner, and the index has the owner, and the owner
 * with the month, beside the words. Frozen once merged.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await words(db);
  await messages(db);
  await titles(db);
}

/**
 * Postgres's parser takes `src/lib/app.ts` and `me@example.org` for one word each, and `<string>` for a tag that says
 * nothing. Without punctuation all of it is words, which is what people look for.
 */
async function words(db: Kysely<unknown>) {
  // In this form the names in a function are looked up now: an index is made without any search path.
  await sql`
    create function search_vector(said text) returns tsvector language sql immutable parallel safe
    return to_tsvector('simple', translate(said, ${sql.lit(PUNCTUATION)}, ${sql.lit(" ".repeat(PUNCTUATION.length))}))`.execute(
    db,
  );
}

const PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

async function messages(db: Kysely<unknown>) {
  await sql`alter table message drop column search`.execute(db);
  await sql`
    create or replace function message_search_vector(parts jsonb) returns tsvector language sql immutable parallel safe
    return (
      select search_vector(left(coalesce(string_agg(part ->> 'text', ' '), ''), 200000))
      from jsonb_array_elements(parts) part where part ->> 'type' = 'text'
    )`.execute(db);
  await sql`alter table message add column owner_id text`.execute(db);
  await sql`update message set owner_id = chat.owner_id from chat where chat.id = message.chat_id`.execute(db);
  await sql`
    alter table message
      alter column owner_id set not null,
      add column search tsvector generated always as (message_search_vector(parts)) stored`.execute(db);
  // Whoever writes a message need not know whose chat it is in.
  await sql`
    create function own_message() returns trigger language plpgsql as $$
      begin
        select owner_id into new.owner_id from chat where id = new.chat_id;
        return new;
      end
    $$`.execute(db);
  await sql`
    create trigger message_own before insert on message for each row
    when (new.owner_id is null) execute function own_message()`.execute(db);
  await sql`
    create function own_messages_of_chat() returns trigger language plpgsql as $$
      begin
        update message set owner_id = new.owner_id where chat_id = new.id;
        return null;
      end
    $$`.execute(db);
  await sql`
    create trigger chat_own_messages after update of owner_id on chat for each row
    when (old.owner_id is distinct from new.owner_id) execute function own_messages_of_chat()`.execute(db);
  await sql`
    create function message_month(at timestamptz) returns int language sql immutable parallel safe
    return floor(extract(epoch from at at time zone 'UTC') / 2592000)::int`.execute(db);
  await sql`
    create function message_scope(owner_id text, at timestamptz) returns text[] language sql immutable parallel safe
    return array[owner_id, owner_id || ' ' || message_month(at)]`.execute(db);
  await sql`create index message_recent_idx on message (owner_id, created_at desc) where not hidden`.execute(db);
  // What waits to be sorted into the index is read by every search: little may wait.
  await sql`
    create index message_search_idx on message using gin (message_scope(owner_id, created_at), search)
    with (gin_pending_list_limit = 256) where not hidden`.execute(db);
}

async function titles(db: Kysely<unknown>) {
  await sql`create index chat_recent_idx on chat (owner_id, last_activity_at desc) where deleted_at is null`.execute(
    db,
  );
  await sql`
    create index chat_search_idx on chat using gin ((array[owner_id]), search_vector(title))
    with (gin_pending_list_limit = 256) where deleted_at is null`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index chat_search_idx, chat_recent_idx, message_search_idx, message_recent_idx`.execute(db);
  await sql`drop trigger chat_own_messages on chat`.execute(db);
  await sql`drop trigger message_own on message`.execute(db);
  await sql`alter table message drop column search, drop column owner_id`.execute(db);
  await sql`
    create or replace function message_search_vector(parts jsonb) returns tsvector language sql immutable as $$
      select to_tsvector('simple', left(coalesce(string_agg(part ->> 'text', ' '), ''), 200000))
      from jsonb_array_elements(parts) part where part ->> 'type' = 'text'
    $$`.execute(db);
  await sql`
    alter table message add column search tsvector generated always as (message_search_vector(parts)) stored`.execute(
    db,
  );
  await sql`create index message_search_idx on message using gin (search)`.execute(db);
  await sql`
    drop function own_message(), own_messages_of_chat(), message_scope(text, timestamptz), message_month(timestamptz),
      search_vector(text)`.execute(db);
}
