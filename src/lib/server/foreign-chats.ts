import { error } from "@sveltejs/kit";
import { setTimeout as sleep } from "node:timers/promises";
import { isForeign, ownerTag, titleIn, type SessionTraits } from "../tools/foreign-session.ts";
import { adopt, NotAdoptable } from "./adoption.ts";
import * as chats from "./chats.ts";
import * as guests from "./guests.ts";
import { isStorable, storable } from "./jsonb.ts";
import type { Services } from "./services.ts";

/** Somebody waits for a page. */
const BUDGET_MS = 3_000;
const UNKNOWN = "Whether there is such a chat cannot be told right now. Try again in a moment.";

/**
 * Makes a chat of a session that another surface created for this person, when there is no chat of that name at all.
 * False: there is no such session, or none of theirs. 503 when that cannot be asked.
 */
export async function takeOver(
  { db, log, realtime }: Pick<Services, "db" | "log" | "realtime">,
  { ownerId, chatId }: chats.Owned,
): Promise<boolean> {
  if (!isSessionName(chatId)) return false;
  // Another person's, or one that was deleted; or its own run has just made the chat.
  if ((await chats.known(db, [chatId])).size > 0) return chats.owns(db, { ownerId, chatId });
  try {
    const [session, ids] = await Promise.all([inTime(realtime.findSession(chatId)), guests.idsOf(db, ownerId)]);
    if (!session || !isOf(session, ids, chatId)) return false;
    const chat = { chatId, ownerId, title: storable(titleIn(session.metadata)), at: new Date(session.createdAt) };
    await db.transaction().execute((trx) => adopt(trx, chat, realtime.findSession));
    return true;
  } catch (cause) {
    if (cause instanceof NotAdoptable) return false;
    log.warn({ err: cause, chatId }, "a chat that is not known could not be looked for");
    error(503, UNKNOWN);
  }
}

/** The tag is all that says whose it is, and only who has the secret key writes one. */
function isOf(session: SessionTraits, ids: string[], chatId: string): boolean {
  const isTheirs = ids.some((id) => session.tags.includes(ownerTag(id)));
  return session.externalId === chatId && isTheirs && isForeign(session, Date.now());
}

/** `session_…` is Trigger.dev's own name for one, and names of dots are no names in an address. */
const isSessionName = (chatId: string) =>
  isStorable(chatId) && chatId.length <= 200 && !chatId.startsWith("session_") && !/^\.*$/.test(chatId);

async function inTime<T>(request: Promise<T>): Promise<T> {
  const late = sleep(BUDGET_MS, undefined, { ref: false }).then(() => Promise.reject(new Error("no answer in time")));
  return Promise.race([request, late]);
}
