import type { TranscriptChangeset } from "@trigger.dev/sdk/ai";
import type { UIMessage } from "ai";
import { sql, type Transaction } from "kysely";
import { withoutUnfitFiles } from "../../tools/answer-file.ts";
import { withoutForeignFiles } from "../../tools/file.ts";
import type { Database } from "../db/database.ts";
import { jsonb } from "../jsonb.ts";
import type { Visited } from "./head.ts";
import { writeState } from "./state.ts";
import type { Plan } from "./tree.ts";
import type { Ending } from "./turn-end.ts";

/** Writes a plan's rows; `ending` is what the answers among them that are not final came to. */
export async function writeMessages(
  trx: Transaction<Database>,
  chatId: string,
  { inserts, updates, unreadId }: Plan,
  ending: Ending | undefined,
): Promise<void> {
  const end = (final: boolean) => ({
    final,
    stopped: !final && ending?.stopped === true,
    error: !final && ending && "error" in ending ? ending.error : null,
  });
  if (inserts.length > 0) {
    await trx
      // What was queued is a message from here on.
      .with("taken", (db) =>
        db
          .deleteFrom("queued_message")
          .where("chat_id", "=", chatId)
          .where(
            "id",
            "in",
            inserts.map(({ id }) => id),
          ),
      )
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
  await replaceContents(trx, chatId, updates, end);
  for (const { id, final, hidden, parentId } of updates) {
    const flags = {
      ...(final === undefined ? {} : end(final)),
      ...(hidden === undefined ? {} : { hidden }),
      ...(parentId === undefined ? {} : { parent_id: parentId }),
    };
    if (Object.keys(flags).length === 0) continue;
    await trx.updateTable("message").set(flags).where("chat_id", "=", chatId).where("id", "=", id).execute();
  }
  if (unreadId !== null) {
    await trx
      .updateTable("message")
      .set({ unread: true })
      .where("chat_id", "=", chatId)
      .where("id", "=", unreadId)
      .execute();
  }
}

/**
 * The runtime puts old messages again as they are (a whole path, after a fork or on another branch), and has forgotten
 * how they ended: that says nothing new, and writes no row.
 */
async function replaceContents(
  trx: Transaction<Database>,
  chatId: string,
  updates: Plan["updates"],
  end: (final: boolean) => object,
): Promise<void> {
  const puts = updates.flatMap(({ id, put }) => (put ? [{ id, ...contentOf(put.message), ...end(put.final) }] : []));
  if (puts.length === 0) return;
  await sql`
    update message m
    set parts = p.parts, metadata = p.metadata, final = p.final, stopped = p.stopped, error = p.error
    from jsonb_to_recordset(${jsonb(puts)}::jsonb)
      p (id text, parts jsonb, metadata jsonb, final boolean, stopped boolean, error text)
    where m.chat_id = ${chatId} and m.id = p.id
      and (m.parts, m.metadata) is distinct from (p.parts, p.metadata)`.execute(trx);
}

/** The head moves: what it leaves is remembered, and what it leads to is seen. One row each, if any. */
export async function writeReading(
  trx: Transaction<Database>,
  chatId: string,
  visited: Visited | null,
  path: string[],
): Promise<void> {
  if (visited !== null) {
    await trx
      .updateTable("message")
      .set({ last_leaf_id: visited.leafId })
      .where("chat_id", "=", chatId)
      .where("id", "=", visited.id)
      .execute();
  }
  await sql`
    update message set unread = false where chat_id = ${chatId} and unread and id = any (${path}::text[])`.execute(trx);
}

/** A person's files are in our own storage. A model's come with its answer, and none of them is ever fetched. */
function contentOf({ role, parts, metadata }: UIMessage) {
  return {
    parts: role === "assistant" ? withoutUnfitFiles(parts) : withoutForeignFiles(parts),
    metadata: metadata ?? null,
  };
}

function content(message: UIMessage) {
  const { parts, metadata } = contentOf(message);
  return { parts: jsonb(parts), metadata: metadata === null ? null : jsonb(metadata) };
}

export async function writeSession(
  trx: Transaction<Database>,
  { chatId, runId }: { chatId: string; runId: string },
  { cursors, changes, transcript }: TranscriptChangeset,
  { isBegun }: { isBegun: boolean },
): Promise<void> {
  const state = changes.findLast((change) => change.op === "state")?.value;
  const tail = transcript.entries.at(-1)?.id;
  if (state !== undefined && tail !== undefined) await writeState(trx, { chatId, id: tail, state });
  const values = {
    run_id: runId,
    updated_at: new Date(),
    ...(cursors?.lastOutEventId === undefined ? {} : { last_event_id: cursors.lastOutEventId }),
    // The runtime counts an action as read before its turn has begun. In a session without a completed turn (a fork) a
    // run that takes over knows no other position, and would not see the action any more.
    ...(cursors?.lastInEventId === undefined || isBegun ? {} : { last_in_event_id: cursors.lastInEventId }),
    ...(state === undefined || tail !== undefined ? {} : { state: state === null ? null : jsonb(state) }),
  };
  await trx
    .insertInto("chat_session")
    .values({ chat_id: chatId, ...values })
    .onConflict((conflict) => conflict.column("chat_id").doUpdateSet(values))
    .execute();
}
