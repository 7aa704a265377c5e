import { sql, type Kysely, type Transaction } from "kysely";
import { plainPreview } from "../inbox/row.ts";
import { MAX_QUERY_LENGTH, type SearchResult } from "../search/result.ts";
import { plainText } from "../tools/plain-text.ts";
import type { Database } from "./db/database.ts";
import { chatOf, messageCandidates, titleCandidates, type Candidate } from "./search/candidates.ts";
import { excerpt, highlight } from "./search/highlight.ts";
import { parseQuery, type Query } from "./search/query.ts";
import { best } from "./search/rank.ts";

/** A search that takes longer is given up: there is nobody who still waits for it. */
const PATIENCE_MS = 2_000;

interface Asked {
  ownerId: string;
  query: string;
  limit?: number;
}

/**
 * What a person's chats are called and what was said in them, on any branch, the best matches first. `query` is as people
 * type it into a search engine, and its last word may be unfinished; one without a word finds nothing.
 */
export async function search(db: Kysely<Database>, { ownerId, query, limit = 30 }: Asked): Promise<SearchResult[]> {
  const sought = parseQuery(query.slice(0, MAX_QUERY_LENGTH));
  if (!sought) return [];
  return patiently(db, async (trx) => {
    const parsed = { ownerId, query: await tsquery(trx, sought) };
    const found = [...(await titleCandidates(trx, parsed)), ...(await messageCandidates(trx, parsed))];
    const chosen = best(found, { limit, now: Date.now() });
    const details = await describe(trx, sought, chosen);
    return details.map(({ role, title, said, preview, ...rest }) => ({
      ...rest,
      role: role === "system" ? null : role,
      title: highlight(title, sought),
      // What a person writes is no Markdown.
      snippet: excerpt(said === null ? plainPreview(preview) : role === "assistant" ? plainText(said) : said, sought),
    }));
  });
}

/** Whether a search was given up. */
export function isTooSlow(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "57014";
}

/** Without reading the whole table, whatever the planner believes, and not for ever. */
function patiently<T>(db: Kysely<Database>, work: (trx: Transaction<Database>) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (trx) => {
    await sql`
      select set_config('statement_timeout', ${`${PATIENCE_MS}`}, true), set_config('enable_seqscan', 'off', true),
        set_config('jit', 'off', true)`.execute(trx);
    return work(trx);
  });
}

async function tsquery(trx: Transaction<Database>, { websearch, prefix }: Query): Promise<string> {
  const { rows } = await sql<{ query: string }>`
    select websearch_to_tsquery('simple', ${websearch})::text as query`.execute(trx);
  const query = rows[0]?.query ?? "";
  return prefix !== null && query.endsWith("'") ? `${query}:*` : query;
}

interface Detail extends Pick<SearchResult, "chatId" | "messageId" | "isArchived"> {
  role: "user" | "assistant" | "system" | null;
  title: string;
  preview: string;
  at: number;
  said: string | null;
}

/** Of a long text, what is around the word that comes last in it: it is the rarest, most likely. */
async function describe(trx: Transaction<Database>, { words, prefix }: Query, chosen: Candidate[]): Promise<Detail[]> {
  if (chosen.length === 0) return [];
  const patterns = words.map((word) => `(^|[^[:alnum:]])${word}${word === prefix ? "" : "($|[^[:alnum:]])"}`);
  const { rows } = await sql<Detail>`
    select chat.id as "chatId", chat.title, chat.preview, chat.archived_at is not null as "isArchived",
      m.id as "messageId", m.role, case when length(said) <= 4000 then said else substr(said, greatest(1, (
        select max(regexp_instr(said, pattern, 1, 1, 0, 'i')) from unnest(${patterns}::text[]) pattern
      ) - 2000), 4000) end as said,
      (extract(epoch from coalesce(m.created_at, chat.last_activity_at)) * 1000)::float8 as at
    from unnest(${chosen.map(({ chatId }) => chatId)}::text[], ${chosen.map(({ messageId }) => messageId)}::text[])
      with ordinality chosen (chat_id, message_id, place)
    cross join lateral (${chatOf(sql`chosen.chat_id`)}) chat
    left join lateral (
      select * from message where message.chat_id = chosen.chat_id and message.id = chosen.message_id limit 1
    ) m on true
    left join lateral (
      select left(string_agg(part ->> 'text', ' '), 200000) as said from jsonb_array_elements(m.parts) part
      where part ->> 'type' = 'text'
    ) text on m.id is not null
    order by place`.execute(trx);
  return rows;
}

export interface Found {
  chatId: string;
  title: string;
  role: "user" | "assistant" | "system";
  /** Up to about 60 words around what was found. */
  excerpt: string;
  /** ISO 8601 */
  saidAt: string;
}

const EXCERPT_LENGTH = 360;

/** What was said in the other chats of this chat's owner, the best matches first, for the agent or its sub-agent. */
export async function besideChat(
  db: Kysely<Database>,
  { chatId, query, limit = 8 }: { chatId: string; query: string; limit?: number },
): Promise<Found[]> {
  const sought = parseQuery(query);
  const chat = await db
    .selectFrom("chat")
    .select(["owner_id", "parent_chat_id"])
    .where("id", "=", chatId)
    .executeTakeFirst();
  if (!sought || !chat) return [];
  // A model's words are whole.
  const whole = { ...sought, prefix: null };
  return patiently(db, async (trx) => {
    const found = await messageCandidates(trx, { ownerId: chat.owner_id, query: await tsquery(trx, whole) });
    const beside = found.filter((candidate) => ![chatId, chat.parent_chat_id].includes(candidate.chatId));
    const details = await describe(trx, whole, best(beside, { limit, now: Date.now() }));
    return details.map(({ title, role, said, at, ...detail }) => ({
      ...{ chatId: detail.chatId, title, role: role ?? "user" },
      excerpt: excerpt(said ?? "", whole, EXCERPT_LENGTH)
        .map(({ text }) => text)
        .join(""),
      saidAt: new Date(at).toISOString(),
    }));
  });
}
