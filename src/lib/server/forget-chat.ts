import { sql, type Kysely, type Transaction } from "kysely";
import type { Database } from "./db/database.ts";
import { isUnused } from "./files/sweep.ts";

/**
 * Deletes a chat that is being taken apart with all that is its: messages, what waits, summaries, its session's row, and
 * the files that nothing else has. A fork of it lives on. One transaction; again changes nothing.
 */
export async function forgetChat(db: Kysely<Database>, chatId: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const chat = await trx
      .selectFrom("chat")
      .select("id")
      .where("id", "=", chatId)
      .where("purging_at", "is not", null)
      .forUpdate()
      .executeTakeFirst();
    if (!chat) return;
    const fileIds = await filesOf(trx, chatId);
    // Everything else of it goes by foreign keys.
    await trx.deleteFrom("chat").where("id", "=", chatId).execute();
    if (fileIds.length === 0) return;
    // Locked before they are looked at, as in the files' own sweep: a message that is just being written has linked its
    // files by now, and one that comes from here on finds them gone.
    await trx.selectFrom("file").select("id").where("id", "in", fileIds).orderBy("id").forUpdate().execute();
    await trx.deleteFrom("file").where("id", "in", fileIds).where(isUnused).execute();
  });
}

async function filesOf(trx: Transaction<Database>, chatId: string): Promise<string[]> {
  const { rows } = await sql<{ file_id: string }>`
    select file_id from message_file where chat_id = ${chatId}
    union select file_id from queued_message_file where chat_id = ${chatId}`.execute(trx);
  return rows.map((row) => row.file_id);
}
