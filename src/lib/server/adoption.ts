import type { Transaction } from "kysely";
import { isForeign, type SessionTraits } from "../tools/foreign-session.ts";
import type { Database } from "./db/database.ts";

/** The session of a chat, as Trigger.dev knows it. */
export type FindSession = (chatId: string) => Promise<SessionTraits | undefined>;

/** Nobody made this chat: it was deleted, or its session is none of ours to take. */
export class NotAdoptable extends Error {
  constructor(chatId: string) {
    super(`There is no chat ${chatId}, and it may not be made.`);
  }
}

/**
 * Makes the row of a chat whose session another surface created; one that is there stays as it is. Throws NotAdoptable,
 * and the caller's transaction must end with that, when there is no such session.
 *
 * The session is asked for when the row is there and nobody can see it yet. A chat that is deleted has its session closed
 * before its row goes (purge.ts), and two rows of one chat exclude each other: so a run that is late finds the session
 * closed or forgotten, whenever it comes, and what was deleted stays deleted.
 */
export async function adopt(
  trx: Transaction<Database>,
  { chatId, ownerId, title, at = new Date() }: { chatId: string; ownerId: string; title: string; at?: Date },
  findSession: FindSession | undefined,
): Promise<void> {
  const made = await trx
    .insertInto("chat")
    .values({ id: chatId, owner_id: ownerId, title, last_activity_at: at })
    .onConflict((conflict) => conflict.column("id").doNothing())
    .returning("id")
    .executeTakeFirst();
  if (!made || !findSession) return;
  const session = await findSession(chatId);
  if (!session || !isForeign(session, Date.now())) throw new NotAdoptable(chatId);
}
