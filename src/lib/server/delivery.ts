import { startSession } from "./new-session.ts";
import type { ChatAddress } from "./realtime.ts";
import type { Services } from "./services.ts";
import type { Unanswered } from "./unanswered.ts";

const RUN_END_MS = 3_000;

/**
 * Sends what is unanswered as an ordinary turn, whatever is there: no session, a run that waits for a head start that died, an
 * idle run, or none. Sending it again is harmless: the agent ignores what it has answered.
 */
export async function deliver(
  services: Pick<Services, "db" | "realtime">,
  chat: ChatAddress,
  what: Unanswered,
): Promise<void> {
  const { realtime } = services;
  const current = await realtime.currentRun(chat.chatId);
  if (current.session === "none") {
    await startSession(services, chat);
  } else if (current.runId !== null && current.isLive) {
    // A run that waits for nothing but a handover would not hear it. It ends on a skip, and what arrives while
    // it ends is lost on Trigger.dev until the next message: so wait. Any other run ignores the skip.
    await realtime.sendHandoverSkip(chat.chatId);
    await realtime.waitForRunEnd(current.runId, RUN_END_MS);
  }
  if ("message" in what) await realtime.sendMessage(chat, what.message);
  else await realtime.sendAction(chat, what.action);
}
