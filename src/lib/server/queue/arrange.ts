import { sql, type Kysely } from "kysely";
import type { Arrange } from "../../tools/queue.ts";
import type { Database } from "../db/database.ts";
import { jsonb } from "../jsonb.ts";
import { change, type Changed } from "./change.ts";
import { setPaused } from "./claim.ts";
import type { Which } from "./read.ts";
import { reordered, waitingOf } from "./rules.ts";

/** Another order, a pause, or on with it. Undefined: no such chat of this owner. */
export async function arrange(db: Kysely<Database>, which: Which, wanted: Arrange): Promise<Changed | undefined> {
  return "order" in wanted ? reorder(db, which, wanted.order) : pause(db, which, wanted.isPaused);
}

/** What is named comes first, in that order; what waits and is not named follows as it was. */
async function reorder(db: Kysely<Database>, which: Which, order: string[]): Promise<Changed | undefined> {
  return change(db, which, async (trx, chat, rows) => {
    const places = reordered(rows, order);
    if (!places) return { refused: "sent" };
    const positions = [...places].map(([id, position]) => ({ id, position }));
    await sql`
      update queued_message q set position = p.position
      from jsonb_to_recordset(${jsonb(positions)}::jsonb) p (id text, position int)
      where q.chat_id = ${chat.id} and q.id = p.id and q.position <> p.position`.execute(trx);
    return {};
  });
}

/** Going on sends the first that waits also after a turn that failed. An empty queue has nothing to pause. */
async function pause(db: Kysely<Database>, which: Which, isPaused: boolean): Promise<Changed | undefined> {
  return change(db, which, async (trx, chat, rows) => {
    const changes = isPaused !== (chat.queue_paused_at !== null);
    if (changes && (!isPaused || waitingOf(rows).length > 0)) await setPaused(trx, chat, isPaused);
    return { evenFailed: !isPaused };
  });
}
