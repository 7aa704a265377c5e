import type { ChatAddress } from "./realtime.ts";
import type { Services } from "./services.ts";

/**
 * Gives a chat a session and a run when it has none (any more: the one it had was closed and forgotten). What the chat
 * knows of positions is of that one: a run that began there would never read what is sent now.
 */
export async function startSession({ db, realtime }: Pick<Services, "db" | "realtime">, chat: ChatAddress) {
  await db
    .updateTable("chat_session")
    .set({ last_event_id: null, last_in_event_id: null })
    .where("chat_id", "=", chat.chatId)
    .execute();
  await realtime.ensureRun(chat);
}
