import { sql, type Kysely } from "kysely";

/**
 * People (better-auth's own tables, its camelCase columns), chats, the message tree, and the live session of each chat.
 * Frozen once merged: a later change is a new file.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await people(db);
  await chats(db);
  await messages(db);
  await notifications(db);
}

async function people(db: Kysely<unknown>) {
  await sql`
    create table "user" (
      "id" text primary key,
      "name" text not null,
      "email" text not null unique,
      "emailVerified" boolean not null default false,
      "image" text,
      "isAnonymous" boolean default false,
      "createdAt" timestamptz not null default now(),
      "updatedAt" timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table "session" (
      "id" text primary key,
      "expiresAt" timestamptz not null,
      "token" text not null unique,
      "createdAt" timestamptz not null default now(),
      "updatedAt" timestamptz not null default now(),
      "ipAddress" text,
      "userAgent" text,
      "userId" text not null references "user" ("id") on delete cascade
    )`.execute(db);
  await sql`create index "session_userId_idx" on "session" ("userId")`.execute(db);
  await sql`
    create table "account" (
      "id" text primary key,
      "accountId" text not null,
      "providerId" text not null,
      "userId" text not null references "user" ("id") on delete cascade,
      "accessToken" text,
      "refreshToken" text,
      "idToken" text,
      "accessTokenExpiresAt" timestamptz,
      "refreshTokenExpiresAt" timestamptz,
      "scope" text,
      "password" text,
      "createdAt" timestamptz not null default now(),
      "updatedAt" timestamptz not null default now()
    )`.execute(db);
  await sql`create index "account_userId_idx" on "account" ("userId")`.execute(db);
  await sql`
    create table "verification" (
      "id" text primary key,
      "identifier" text not null,
      "value" text not null,
      "expiresAt" timestamptz not null,
      "createdAt" timestamptz not null default now(),
      "updatedAt" timestamptz not null default now()
    )`.execute(db);
  await sql`create index "verification_identifier_idx" on "verification" ("identifier")`.execute(db);
}

async function chats(db: Kysely<unknown>) {
  // Activity in milliseconds: a page's cursor goes through JavaScript dates, and must find the very row again.
  await sql`
    create table chat (
      id text primary key,
      owner_id text not null references "user" ("id") on delete cascade,
      title text not null,
      title_source text not null default 'auto' check (title_source in ('auto', 'user')),
      model text,
      head_id text,
      status text not null default 'idle' check (status in ('idle', 'running', 'needs_you', 'failed')),
      status_detail text,
      run_id text,
      preview text not null default '',
      first_turn text not null default 'done' check (first_turn in ('pending', 'claimed', 'done')),
      first_turn_lease_until timestamptz,
      first_turn_failure text,
      stop_requested_at timestamptz,
      last_activity_at timestamptz(3) not null default now(),
      last_read_at timestamptz(3),
      pinned_at timestamptz,
      archived_at timestamptz,
      deleted_at timestamptz,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index chat_inbox_idx on chat (owner_id, last_activity_at desc, id desc) where deleted_at is null`.execute(
    db,
  );
  // The recovery sweep looks at these few rows every couple of seconds.
  await sql`create index chat_unsettled_idx on chat (id) where status = 'running' or first_turn <> 'done'`.execute(db);
  await sql`
    create table chat_session (
      chat_id text primary key references chat (id) on delete cascade,
      run_id text,
      public_access_token text,
      last_event_id text,
      last_in_event_id text,
      state jsonb,
      updated_at timestamptz not null default now()
    )`.execute(db);
}

async function messages(db: Kysely<unknown>) {
  // A tsvector holds at most 1 MiB of lexemes, and an insert that exceeds it fails: index the beginning of long texts.
  await sql`
    create function message_search_vector(parts jsonb) returns tsvector language sql immutable as $$
      select to_tsvector('simple', left(coalesce(string_agg(part ->> 'text', ' '), ''), 200000))
      from jsonb_array_elements(parts) part where part ->> 'type' = 'text'
    $$`.execute(db);
  await sql`
    create table message (
      chat_id text not null references chat (id) on delete cascade,
      id text not null,
      parent_id text,
      role text not null check (role in ('user', 'assistant', 'system')),
      parts jsonb not null,
      metadata jsonb,
      final boolean not null default true,
      hidden boolean not null default false,
      stopped boolean not null default false,
      error text,
      seq bigint generated always as identity,
      created_at timestamptz not null default now(),
      search tsvector generated always as (message_search_vector(parts)) stored,
      primary key (chat_id, id),
      -- How an answer ended is ours to know: the agent's runtime writes parts and metadata again whenever it likes.
      constraint message_ending check (not final or (not stopped and error is null)),
      foreign key (chat_id, parent_id) references message (chat_id, id) on delete cascade
    )`.execute(db);
  await sql`create index message_parent_idx on message (chat_id, parent_id, seq)`.execute(db);
  await sql`create index message_search_idx on message using gin (search)`.execute(db);
  await sql`
    alter table chat add constraint chat_head_fk foreign key (id, head_id) references message (chat_id, id)
    deferrable initially deferred`.execute(db);
}

/**
 * Every write to a chat that a page could show tells the live feed, in the writer's own transaction, whoever the writer
 * is. A renewed lease is not one of them.
 */
async function notifications(db: Kysely<unknown>) {
  await sql`
    create function notify_chat() returns trigger language plpgsql as $$
      begin
        perform pg_notify('chat', json_build_object('chatId', new.id, 'ownerId', new.owner_id)::text);
        return null;
      end
    $$`.execute(db);
  await sql`
    create trigger chat_notify after insert or update of
      title, model, head_id, status, status_detail, preview, last_activity_at, last_read_at, pinned_at, archived_at,
      deleted_at
    on chat for each row execute function notify_chat()`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table message, chat_session, chat, "verification", "account", "session", "user" cascade`.execute(db);
  await sql`drop function notify_chat(), message_search_vector(jsonb)`.execute(db);
}
