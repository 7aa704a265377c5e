import type { TranscriptChangeset } from "@trigger.dev/sdk/ai";
import type { UIMessage } from "ai";
import { sql, type Transaction } from "kysely";
import type { Database } from "../db/database.ts";
import { jsonb } from "../jsonb.ts";
import type { Plan } from "./tree.ts";
import type { Ending } from "./turn-end.ts";

/** Writes a plan's rows; `ending` is what the answers among them that are not final came to. */
export async function writeMessages(
  trx: Transaction<Database>,
  chatId: string,
  { inserts, updates }: Plan,
  ending: Ending | undefined,
): Promise<void> {
  const end = (final: boolean) => ({
    final,
    stopped: !final && ending?.stopped === true,
    error: !final && ending && "error" in ending ? ending.error : null,
  });
  if (inserts.length > 0) {
    await trx
      .insertInto("message")
      .values(
        inserts.map(({ id, parentId, message, final }) => ({
          ...{ chat_id: chatId, id, parent_id: parentId, role: message.role },
          ...content(message),
          ...end(final),
        })),
      )
      .execute();
  }
  for (const { id, put, final, hidden, parentId } of updates) {
    const row = trx.updateTable("message").where("chat_id", "=", chatId).where("id", "=", id);
    if (put) {
      const { parts, metadata } = content(put.message);
      // The runtime puts old messages again as they are, and has forgotten how they ended: that says nothing new.
      await row
        .set({ parts, metadata, ...end(put.final) })
        .where(sql<boolean>`(parts, metadata) is distinct from (${parts}::jsonb, ${metadata}::jsonb)`)
        .execute();
    }
    const flags = {
      ...(final === undefined ? {} : end(final)),
      ...(hidden === undefined ? {} : { hidden }),
      ...(parentId === undefined ? {} : { parent_id: parentId }),
    };
    if (Object.keys(flags).length > 0) await row.set(flags).execute();
  }
}

function content(message: UIMessage) {
  return { parts: jsonb(message.parts), metadata: message.metadata == null ? null : jsonb(message.metadata) };
}

export async function writeSession(
  trx: Transaction<Database>,
  { chatId, runId }: { chatId: string; runId: string },
  { cursors, changes }: TranscriptChangeset,
): Promise<void> {
  const state = changes.findLast((change) => change.op === "state");
  const values = {
    run_id: runId,
    updated_at: new Date(),
    ...(cursors?.lastOutEventId === undefined ? {} : { last_event_id: cursors.lastOutEventId }),
    ...(cursors?.lastInEventId === undefined ? {} : { last_in_event_id: cursors.lastInEventId }),
    ...(state === undefined ? {} : { state: state.value == null ? null : jsonb(state.value) }),
  };
  await trx
    .insertInto("chat_session")
    .values({ chat_id: chatId, ...values })
    .onConflict((conflict) => conflict.column("chat_id").doUpdateSet(values))
    .execute();
}
