import { sql, type Kysely } from "kysely";
import type { Enqueue } from "../../tools/queue.ts";
import type { Database } from "../db/database.ts";
import { jsonb, storable } from "../jsonb.ts";
import { change, whereabouts, type Changed } from "./change.ts";
import { claim, setPaused } from "./claim.ts";
import type { Which } from "./read.ts";
import { arrival, MOST_WAITING, waitingOf } from "./rules.ts";

/**
 * Takes a message into the queue; once, however often it is asked for. One that steers or interrupts a turn is on its way
 * with it. Undefined: no such chat of this owner.
 */
export async function enqueue(
  db: Kysely<Database>,
  which: Which,
  { message: { id, parts }, kind: wanted, model }: Enqueue,
): Promise<Changed | undefined> {
  return change(db, which, async (trx, chat, rows) => {
    if ((await whereabouts(trx, chat.id, rows, id)) !== "gone") return {};
    const waiting = waitingOf(rows).length;
    if (waiting >= MOST_WAITING) return { refused: "full" };
    const { position, kind, going, endsTurn } = arrival(chat, rows, { id, kind: wanted });
    await trx
      .insertInto("queued_message")
      .values({
        ...{ chat_id: chat.id, id, position, kind, parts: jsonb(parts) },
        model: model === undefined ? null : storable(model),
      })
      .execute();
    if (waiting === 0 && chat.queue_paused_at !== null) await setPaused(trx, chat, false);
    if (endsTurn) {
      // The chat is locked, so this is the turn that the person saw running, or a later one; its end clears it.
      await trx
        .updateTable("chat")
        .set({ stop_requested_at: sql<Date>`now()`, stop_requested_for: chat.answering_id })
        .where("id", "=", chat.id)
        .execute();
    }
    return going === null ? {} : { out: await claim(trx, chat, going, { stopsTurn: endsTurn }) };
  });
}
