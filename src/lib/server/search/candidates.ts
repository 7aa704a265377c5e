import { sql, type RawBuilder, type Transaction } from "kysely";
import type { Database } from "../db/database.ts";
import { choices } from "./rank.ts";

/** So many of a person's newest messages are read one by one: what is often said is found there. */
const WINDOW = 4_000;
/** That many to choose from are enough; an index is asked when there are fewer. */
const ENOUGH = 60;
/** The newest of what is found are ranked. */
const RANKED = 500;
/** How many rows of what an index finds are looked at, whatever it finds. */
const CAP = 20_000;

export interface Sought {
  ownerId: string;
  /** A tsquery, as text. */
  query: string;
}

export interface Candidate {
  chatId: string;
  /** Null: the title is what matches. */
  messageId: string | null;
  at: Date;
  rank: number;
}

/**
 * A person's messages that match, in no order: all of them or, of many, the newest hundreds. An index over words
 * gives everything that matches or nothing, and a common word is in a million messages. So it is asked for what is rare
 * among the newest only: first in the two months where these end, then in all there are.
 */
export async function messageCandidates(trx: Transaction<Database>, sought: Sought): Promise<Candidate[]> {
  const { ownerId, query } = sought;
  const found = await ranked(
    trx,
    sought,
    sql`select * from (${recent(ownerId)}) recent where search @@ ${query}::tsquery limit ${RANKED}`,
  );
  if (choices(found) >= ENOUGH) return found;
  const month = await monthBefore(trx, ownerId);
  if (month === undefined) return found;

  const indexed = await indexedBy(trx, sought);
  const scopes = [`${ownerId} ${month}`, `${ownerId} ${month - 1}`];
  const add = async (scope: RawBuilder<unknown>) => {
    const rows = sql`
      select * from (
        select * from message
        where message_scope(owner_id, created_at) ${scope} and search @@ ${indexed}::tsquery and not hidden
          and (search @@ ${query}::tsquery) is true
        limit ${CAP}
      ) matching order by created_at desc limit ${RANKED}`;
    found.push(...(await ranked(trx, sought, rows)));
  };
  await add(sql`&& ${scopes}::text[]`);
  if (choices(found) < ENOUGH) await add(sql`@> array[${ownerId}]`);
  return [...new Map(found.map((candidate) => [`${candidate.chatId} ${candidate.messageId}`, candidate])).values()];
}

const recent = (ownerId: string) => sql`
  select * from message where owner_id = ${ownerId} and not hidden order by created_at desc limit ${WINDOW}`;

/** What is in more than so many of the newest messages is common. */
const COMMON = WINDOW / 20;

/**
 * The part of a query that the index is asked for. To find what begins with a few letters, it gathers every message that
 * has any such word: with rare words beside common beginnings, the rare words alone are sooner found, and few.
 */
async function indexedBy(trx: Transaction<Database>, { ownerId, query }: Sought): Promise<string> {
  const { words, beginning } = /^(?<words>[^|]+) & (?<beginning>'[^']+':\*)$/.exec(query)?.groups ?? {};
  if (words === undefined || beginning === undefined) return query;
  const { rows } = await sql<{ isBeginningCommon: boolean; areWordsRare: boolean }>`
    select count(*) filter (where search @@ ${beginning}::tsquery) > ${COMMON} as "isBeginningCommon",
      count(*) filter (where search @@ ${words}::tsquery) <= ${COMMON} as "areWordsRare"
    from (${recent(ownerId)}) recent`.execute(trx);
  return rows[0]?.isBeginningCommon && rows[0].areWordsRare ? words : query;
}

/**
 * The chat of a row, by its key. As a plain join, a planner that knows nothing of the chats yet reads all the messages
 * once for each of them.
 */
export const chatOf = (id: RawBuilder<unknown>) => sql`select * from chat where id = ${id} limit 1`;

/** Without what belongs to a chat that was deleted or is in no list, or to an answer that nobody will see. */
async function ranked(trx: Transaction<Database>, { ownerId, query }: Sought, rows: RawBuilder<unknown>) {
  const { rows: candidates } = await sql<Candidate>`
    select chat_id as "chatId", m.id as "messageId", m.created_at as at, ts_rank(search, ${query}::tsquery, 1) as rank
    from (${rows}) m
    cross join lateral (${chatOf(sql`chat_id`)}) chat
    where chat.owner_id = ${ownerId} and deleted_at is null and parent_chat_id is null and role <> 'system' and (final or stopped or error is not null or parent_id = answering_id)`.execute(
    trx,
  );
  return candidates;
}

/** The month of the first message that was not read; undefined when all were. */
async function monthBefore(trx: Transaction<Database>, ownerId: string): Promise<number | undefined> {
  const { rows } = await sql<{ month: number }>`
    select message_month(created_at) as month from message
    where owner_id = ${ownerId} and not hidden order by created_at desc offset ${WINDOW} limit 1`.execute(trx);
  return rows[0]?.month;
}

const RECENT_CHATS = 1_000;
const ENOUGH_TITLES = 20;

/** The same for titles. They are few beside the messages: the index has no months. */
export async function titleCandidates(trx: Transaction<Database>, { ownerId, query }: Sought): Promise<Candidate[]> {
  const ranked = async (rows: RawBuilder<unknown>) => {
    const { rows: candidates } = await sql<Candidate>`
      select id as "chatId", null as "messageId", last_activity_at as at,
        ts_rank(search_vector(title), ${query}::tsquery, 1) as rank
      from (${rows}) titled`.execute(trx);
    return candidates;
  };
  const own = sql`select id, title, last_activity_at from chat where deleted_at is null and parent_chat_id is null`;
  const recent = sql`
    select * from (${own} and owner_id = ${ownerId} order by last_activity_at desc limit ${RECENT_CHATS}) recent
    where search_vector(title) @@ ${query}::tsquery`;
  const found = await ranked(recent);
  if (found.length >= ENOUGH_TITLES) return found;
  return ranked(sql`
    select * from (
      ${own} and array[owner_id] @> array[${ownerId}] and search_vector(title) @@ ${query}::tsquery limit ${CAP}
    ) matching
    order by last_activity_at desc limit ${RANKED}`);
}
