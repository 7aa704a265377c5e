import { sql, type Kysely } from "kysely";
import type { Database } from "../../src/lib/server/db/index.ts";
import { withoutTextIndexes } from "./indexes.ts";
import { topics, vocabulary } from "./words.ts";

export interface Seed {
  /** Made if there is no such person. */
  ownerId: string;
  chats: number;
  messages: number;
  /** The end of the two years that the chats are spread over. */
  now?: Date;
}

const SENTENCES = 30_000;
const VOCABULARY = 60_000;
/** Words that are names: each is in a handful of messages. */
const NAMES = 400_000;
const SPREAD_S = 2 * 365 * 24 * 60 * 60;
/** Fewer rows are inserted sooner than an index is made. */
const MANY = 20_000;

/**
 * Gives a person chats, each a line of questions and answers of about forty words, in a migrated database. How often a
 * word is used follows Zipf's law. One in ten chats is archived; some are pinned, unread, failed, or wait for the person.
 * The same numbers make the same rows. Needs a superuser, and leaves the tables analysed.
 */
export async function seed(db: Kysely<Database>, wanted: Seed): Promise<void> {
  await db.connection().execute(async (connection) => {
    await connection.transaction().execute(async (trx) => {
      // No trigger, no check of a key: what is inserted is right, and nobody listens.
      await sql`set local session_replication_role = replica`.execute(trx);
      await sql`set local maintenance_work_mem = '1GB'`.execute(trx);
      await addOwner(trx, wanted.ownerId);
      await makeSentences(trx);
      const insert = async () => {
        await insertChats(trx, wanted);
        await insertMessages(trx, wanted);
      };
      await (wanted.messages > MANY ? withoutTextIndexes(trx, insert) : insert());
    });
    await sql`vacuum analyze chat, message`.execute(connection);
  });
}

async function addOwner(db: Kysely<Database>, ownerId: string) {
  await sql`
    insert into "user" (id, name, email) values (${ownerId}, ${ownerId}, ${`${ownerId}@example.org`})
    on conflict do nothing`.execute(db);
}

/** A number from 0 up to 1 that looks like chance and depends on `of` alone. */
const chance = (salt: number, of: string) =>
  sql.raw(`((hashint8extended(${of}, ${salt}) & 1073741823) / 1073741824.0::float8)`);

/** Messages are put together from sentences: drawing every word would take minutes. */
async function makeSentences(db: Kysely<Database>) {
  await sql`
    create temp table seed_word on commit drop as
    select word, (at - 1)::int as at from unnest(${vocabulary(VOCABULARY)}::text[]) with ordinality w (word, at)`.execute(
    db,
  );
  await sql`create index on seed_word (at)`.execute(db);
  await sql`analyze seed_word`.execute(db);
  // A rank drawn evenly on a logarithmic scale is Zipf's law.
  await sql`
    create temp table seed_sentence on commit drop as
    select n, (upper(left(said, 1)) || substr(said, 2) || '.') as said
    from (
      select n, string_agg(word, ' ' order by place) as said
      from generate_series(0, ${SENTENCES - 1}) n,
        generate_series(0, 7 + (${chance(1, "n")} * 6)::int) place,
        seed_word
      where at = floor(power(${VOCABULARY}::float8, ${chance(2, "n * 64 + place")}))::int - 1
      group by n
    ) sentence`.execute(db);
  await sql`create index on seed_sentence (n)`.execute(db);
  await sql`analyze seed_sentence`.execute(db);
}

const id = (ownerId: string, kind: string, n: string) =>
  sql`md5(${`${ownerId} ${kind} `}::text || ${sql.raw(n)})::uuid::text`;

async function insertChats(db: Kysely<Database>, { ownerId, chats, messages, now = new Date() }: Seed) {
  const every = messages / chats;
  const topic = (salt: number) =>
    sql`(${topics}::text[])[1 + floor(${chance(salt, "c")} * ${topics.length}::int)::int]`;
  await sql`
    insert into chat (id, owner_id, title, head_id, status, status_detail, preview, last_activity_at, last_read_at,
      pinned_at, archived_at, created_at)
    select ${id(ownerId, "chat", "c")}, ${ownerId},
      initcap(word) || ' ' || ${topic(11)} || ' and ' || ${topic(12)},
      case when last_message >= first_message then ${id(ownerId, "message", "last_message")} end,
      status, case status when 'failed' then 'The model did not answer.' end,
      left(said, 160), active,
      case when ${chance(13, "c")} < 0.03 then null else active end,
      case when ${chance(14, "c")} < 0.001 then active end,
      case when ${chance(15, "c")} < 0.1 then active end,
      active - (last_message - first_message + 1) * interval '40 seconds'
    from (
      select c,
        ceil(c * ${every}::float8)::bigint as first_message,
        ceil((c + 1) * ${every}::float8)::bigint - 1 as last_message,
        date_trunc('milliseconds', ${now}::timestamptz
          - ${SPREAD_S}::float8 * (${chats}::int - 1 - c + 0.9 * ${chance(16, "c")}) / ${chats}::int * interval '1 second')
          as active,
        case when ${chance(17, "c")} < 0.003 then 'needs_you' when ${chance(17, "c")} < 0.013 then 'failed' else 'idle' end
          as status
      from generate_series(0, ${chats}::int - 1) c
    ) made
    join seed_word on at = floor(power(${VOCABULARY}::float8, ${chance(18, "c")}))::int - 1
    join seed_sentence on n = floor(${chance(19, "c")} * ${SENTENCES}::int)::int
    order by c`.execute(db);
}

/** In the order in which they were said: a table that grew by use looks like that. */
async function insertMessages(db: Kysely<Database>, { ownerId, chats, messages }: Seed) {
  const every = messages / chats;
  const sentence = (salt: number) => sql`
    (select said from seed_sentence where n = floor(${chance(salt, "k")} * ${SENTENCES}::int)::int)`;
  await sql`
    insert into message (chat_id, owner_id, id, parent_id, role, parts, created_at)
    select chat.id, ${ownerId}, ${id(ownerId, "message", "k")},
      case when k > first_message then ${id(ownerId, "message", "(k - 1)")} end,
      case when (k - first_message) % 2 = 0 then 'user' else 'assistant' end,
      jsonb_build_array(jsonb_build_object('type', 'text', 'text', concat_ws(' ',
        ${sentence(21)}, ${sentence(22)}, 'Ask n' || floor(${chance(23, "k")} * ${NAMES}::int)::int || '.', ${sentence(24)},
        ${sentence(25)}))),
      chat.created_at + (k - first_message) * interval '40 seconds'
    from (
      select n, k, ceil(n * ${every}::float8)::bigint as first_message
      from generate_series(0, ${chats}::int - 1) n,
        generate_series(ceil(n * ${every}::float8)::bigint, ceil((n + 1) * ${every}::float8)::bigint - 1) k
      offset 0
    ) said
    join chat on chat.id = ${id(ownerId, "chat", "n")}
    order by n, k`.execute(db);
}
