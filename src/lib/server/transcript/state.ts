import { isDeepStrictEqual } from "node:util";
import { sql, type Kysely, type Transaction } from "kysely";
import type { Database } from "../db/database.ts";
import { jsonb } from "../jsonb.ts";
import { joinById } from "../messages.ts";

/** The runtime's own record where a path ends: that of the nearest message that has one. Undefined: none has. */
export async function stateAt(
  db: Kysely<Database>,
  chatId: string,
  id: string,
): Promise<{ state: unknown } | undefined> {
  const { rows } = await sql<{ state: unknown }>`
    with recursive up (parent_id, state) as (
      select parent_id, state from message where chat_id = ${chatId} and id = ${id}
      union all
      select m.parent_id, m.state from up ${joinById(chatId, sql`up.parent_id`)}
      where up.state is null
    )
    select state from up where state is not null`.execute(db);
  return rows[0];
}

/**
 * Keeps the runtime's record on the message that its path ends with, so that every branch has its own. It comes again
 * with every save, and is written only where it changed.
 */
export async function writeState(
  trx: Transaction<Database>,
  { chatId, id, state }: { chatId: string; id: string; state: unknown },
): Promise<void> {
  const value = jsonb(state ?? null);
  const known = await stateAt(trx, chatId, id);
  if (known && isDeepStrictEqual(known.state, JSON.parse(value))) return;
  await trx.updateTable("message").set({ state: value }).where("chat_id", "=", chatId).where("id", "=", id).execute();
}
