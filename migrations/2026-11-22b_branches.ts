import { sql, type Kysely } from "kysely";

/** What branches need: which message a turn works on, what was visited and read on each branch, where a chat was forked. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Messages are only ever deleted with their chat: the link's message needs no key of its own, which would cost a look
  // at every chat for every message of a chat that is deleted.
  await sql`
    alter table chat
      add column answering_id text,
      add column answering_attempt text,
      add column forked_from_chat_id text references chat (id) on delete set null,
      add column forked_from_message_id text`.execute(db);
  await sql`create index chat_forked_from_idx on chat (forked_from_chat_id) where forked_from_chat_id is not null`.execute(
    db,
  );
  await sql`
    alter table message
      add column last_leaf_id text,
      add column unread boolean not null default false`.execute(db);
  // The parent first: an index that begins with the chat looks as good as the key to a planner that knows nothing of the
  // table yet, and every step of a walk up the tree would read all of the chat.
  await sql`drop index message_parent_idx`.execute(db);
  await sql`create index message_parent_idx on message (parent_id, chat_id, seq)`.execute(db);
  await sql`create index message_unread_idx on message (chat_id) where unread`.execute(db);
  await notifyOf(db, "title, model, head_id, status, answering_id");
}

/** The live feed tells of every change that a page could show. */
async function notifyOf(db: Kysely<unknown>, changing: string) {
  await sql`drop trigger chat_notify on chat`.execute(db);
  await sql`
    create trigger chat_notify after insert or update of
      ${sql.raw(changing)}, status_detail, preview, last_activity_at, last_read_at, pinned_at, archived_at, deleted_at
    on chat for each row execute function notify_chat()`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await notifyOf(db, "title, model, head_id, status");
  await sql`
    alter table chat
      drop column answering_id, drop column answering_attempt, drop column forked_from_chat_id, drop column forked_from_message_id`.execute(
    db,
  );
  await sql`drop index message_parent_idx`.execute(db);
  await sql`create index message_parent_idx on message (chat_id, parent_id, seq)`.execute(db);
  await sql`alter table message drop column last_leaf_id, drop column unread`.execute(db);
}
