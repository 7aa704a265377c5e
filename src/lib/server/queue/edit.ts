import type { Kysely } from "kysely";
import type { ChangeQueued } from "../../tools/queue.ts";
import type { Database } from "../db/database.ts";
import { jsonb } from "../jsonb.ts";
import { change, whereabouts, type Changed } from "./change.ts";
import type { Which } from "./read.ts";

/** Other words for a message that waits, or with it into the turn that runs. Undefined: no such chat of this owner. */
export async function edit(
  db: Kysely<Database>,
  which: Which,
  id: string,
  wanted: ChangeQueued,
): Promise<Changed | undefined> {
  return change(db, which, async (trx, chat, rows) => {
    const where = await whereabouts(trx, chat.id, rows, id);
    if (where !== "waiting") return { refused: where };
    // Without a turn that runs there is nothing to steer, and it keeps its place.
    if ("kind" in wanted && chat.status !== "running") return {};
    await trx
      .updateTable("queued_message")
      .set("parts" in wanted ? { parts: jsonb(wanted.parts) } : { kind: wanted.kind })
      .where("chat_id", "=", chat.id)
      .where("id", "=", id)
      .execute();
    return {};
  });
}

/** Takes a message that waits away; one that is gone already stays gone. Undefined: no such chat of this owner. */
export async function remove(db: Kysely<Database>, which: Which, id: string): Promise<Changed | undefined> {
  return change(db, which, async (trx, chat, rows) => {
    const where = await whereabouts(trx, chat.id, rows, id);
    if (where === "sent") return { refused: where };
    await trx.deleteFrom("queued_message").where("chat_id", "=", chat.id).where("id", "=", id).execute();
    return {};
  });
}
