import { query } from "../support/query.ts";

/** Chats that somebody could have, with what was said last and how many hours ago. */
const CHATS = [
  ["Sourdough that rises in a cold kitchen", "Try 14 hours at 18 °C, and fold it twice in the first two.", 3],
  ["Postgres index for a keyset page", "An index on (owner_id, last_activity_at desc, id) serves it.", 5],
  ["Letter to the landlord", "Here is a shorter version, still polite.", 20],
  ["Kyoto in five days", "Day 3: Arashiyama early, before the buses.", 27],
  ["Why is the sky dark at night?", "Olbers asked the same in 1823.", 31],
  ["Regular expression for ISO dates", "It also takes 2026-02-30, which no calendar has.", 52],
  ["Names for a black cat", "Soot, Inkwell, Biscuit, Monsieur.", 77],
  ["Explain monads, again", "A box with a rule for opening it.", 98],
  ["Plan for the vegetable patch", "Beans after peas, nothing after the potatoes.", 130],
  ["Résumé, second draft", "I cut the summary to two lines.", 260],
  ["Trains from Lisbon to Porto", "The 8:30 takes 2 h 50 min.", 420],
] as const;

/** Gives the owner of a chat these as well; they are seen and idle. */
export async function addOtherChats(databaseUrl: string, besideChatId: string): Promise<void> {
  await query(
    databaseUrl,
    `insert into chat (id, owner_id, title, title_source, preview, last_activity_at, last_read_at)
    select gen_random_uuid()::text, owner_id, one.title, 'user', one.preview, at, at
    from chat, unnest($2::text[], $3::text[], $4::int[]) one (title, preview, hours),
    lateral (select now() - one.hours * interval '1 hour' as at) moment
    where id = $1`,
    [
      besideChatId,
      CHATS.map(([title]) => title),
      CHATS.map(([, preview]) => preview),
      CHATS.map(([, , hours]) => hours),
    ],
  );
}
