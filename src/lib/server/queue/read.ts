import type { Kysely } from "kysely";
import type { MessageQueue } from "../../tools/queue.ts";
import type { ChatRow } from "../chats.ts";
import type { Database } from "../db/database.ts";
import { isStorable } from "../jsonb.ts";
import { isPaused } from "./rules.ts";

export type Which = { ownerId: string; chatId: string };

/** The queue of a chat; undefined when there is no such chat of this owner. */
export async function read(db: Kysely<Database>, { ownerId, chatId }: Which): Promise<MessageQueue | undefined> {
  if (!isStorable(chatId)) return undefined;
  const chat = await db
    .selectFrom("chat")
    .select(["id", "status", "queue_paused_at"])
    .where("id", "=", chatId)
    .where("owner_id", "=", ownerId)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  return chat && ofChat(db, chat);
}

/** The queue of a chat that was read before, whosever it is. */
export async function ofChat(
  db: Kysely<Database>,
  chat: Pick<ChatRow, "id" | "status" | "queue_paused_at">,
): Promise<MessageQueue> {
  const rows = await db
    .selectFrom("queued_message")
    .select(["id", "parts", "model", "kind", "state"])
    .where("chat_id", "=", chat.id)
    .orderBy((eb) => eb("state", "=", "waiting"))
    .orderBy("position")
    .execute();
  return {
    isPaused: isPaused(chat, rows),
    // Whether it has arrived already is the dispatcher's to know: it cannot be changed any more.
    items: rows.map((row) => ({ ...row, state: row.state === "waiting" ? "waiting" : "sent" })),
  };
}
