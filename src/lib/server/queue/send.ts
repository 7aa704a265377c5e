import { deliver } from "../delivery.ts";
import type { Services } from "../services.ts";
import { arrived, type Outgoing } from "./claim.ts";

/**
 * Sends what was claimed, one after the other. It never throws: what fails, or dies with this process, is sent again by
 * the sweep (dispatch.ts), under the same id, which the agent knows.
 */
export async function send({ db, realtime, log }: Pick<Services, "db" | "realtime" | "log">, out: Outgoing[]) {
  for (const one of out) {
    const { chat, message, attempt, stopsTurn, isRunning, hasSession } = one;
    try {
      if (attempt > 1 && !isRunning) {
        // Whoever should have read it is not there, or waits for something else.
        await deliver({ db, realtime }, chat, { message });
      } else {
        // A fork has no session yet.
        if (!hasSession) await realtime.ensureRun(chat);
        if (stopsTurn) await realtime.sendStop(chat.chatId);
        await realtime.sendMessage(chat, message);
      }
      await arrived(db, one);
    } catch (error) {
      log.warn({ err: error, chatId: chat.chatId, attempt }, "a queued message could not be sent");
    }
  }
}
