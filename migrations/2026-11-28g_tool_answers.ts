import { sql, type Kysely } from "kysely";

/**
 * What people decide about tools, and what tools did. An answer to an approval or a question is one row, so that the
 * first one wins; a tool with an effect has one before it runs, so that none runs twice. Frozen once merged.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  // What the chat waits for, as its row in the inbox shows it.
  await sql`alter table chat add column needs jsonb`.execute(db);
  await sql`
    create table tool_answer (
      chat_id text not null references chat (id) on delete cascade,
      tool_call_id text not null,
      message_id text not null,
      tool text not null,
      -- What was shown when it was decided: nothing else may run on the strength of it.
      input jsonb,
      -- Null: the answer to a question, which is in output.
      approved boolean,
      reason text,
      output jsonb,
      answered_at timestamptz not null default now(),
      primary key (chat_id, tool_call_id),
      constraint tool_answer_kind check ((approved is null) = (output is not null))
    )`.execute(db);
  await sql`
    create table tool_rule (
      chat_id text not null references chat (id) on delete cascade,
      tool text not null,
      created_at timestamptz not null default now(),
      primary key (chat_id, tool)
    )`.execute(db);
  // An answer whose requests are all answered goes on: until its turn begins, somebody has to see to that.
  await sql`
    create table tool_continuation (
      chat_id text primary key references chat (id) on delete cascade,
      message_id text not null,
      attempt text not null,
      is_sent boolean not null default false,
      attempts int not null default 1,
      sent_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table tool_execution (
      chat_id text not null references chat (id) on delete cascade,
      tool_call_id text not null,
      question_id text,
      tool text not null,
      input jsonb,
      output jsonb,
      error text,
      started_at timestamptz not null default now(),
      finished_at timestamptz,
      primary key (chat_id, tool_call_id)
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table tool_execution, tool_continuation, tool_rule, tool_answer`.execute(db);
  await sql`alter table chat drop column needs`.execute(db);
}
