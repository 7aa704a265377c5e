import { error } from "@sveltejs/kit";
import * as chats from "./chats.ts";
import { stopHeadStart } from "./head-start.ts";
import type { Services } from "./services.ts";
import * as subChats from "./sub-chats.ts";

/**
 * Stops a turn, wherever it is at work: the database is told first, because a run that is being replaced, or that has not
 * begun the turn, does not hear its session, and looks there afterwards. The sub-agents that it asked stop with it. False:
 * that turn is over, and the stop would have been for the one after it. 503 when the session cannot be told.
 */
export async function stopTurn(
  { db, log, realtime }: Pick<Services, "db" | "log" | "realtime">,
  which: { ownerId: string; chatId: string },
  turn: string,
): Promise<boolean> {
  if (!(await chats.requestStop(db, which, turn))) return false;
  stopHeadStart(which.chatId);
  // Its run tells them too, if it lives.
  const below = await subChats.running(db, which.chatId);
  await Promise.all(below.map(({ chatId, turn }) => chats.requestStop(db, { ...which, chatId }, turn)));
  try {
    await Promise.all([which, ...below].map(({ chatId }) => realtime.sendStop(chatId)));
  } catch (cause) {
    log.warn({ err: cause, chatId: which.chatId }, "a session could not be told to stop");
    error(503, "The answer cannot be stopped right now.");
  }
  return true;
}
