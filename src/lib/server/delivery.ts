import type { SkeinMessage } from "../tools/message.ts";
import type { ChatAddress, Realtime } from "./realtime.ts";

const RUN_END_MS = 3_000;

/**
 * Sends a question as an ordinary turn, whatever is there: no session, a run that waits for a head start that died, an
 * idle run, or none. Sending it again is harmless: the agent ignores a question that it has answered.
 */
export async function deliver(realtime: Realtime, chat: ChatAddress, question: SkeinMessage): Promise<void> {
  const current = await realtime.currentRun(chat.chatId);
  if (current.session === "none") {
    await realtime.ensureRun(chat);
  } else if (current.runId !== null && current.isLive) {
    // A run that waits for nothing but a handover would not hear the question. It ends on a skip, and what arrives while
    // it ends is lost on Trigger.dev until the next message: so wait. Any other run ignores the skip.
    await realtime.sendHandoverSkip(chat.chatId);
    await realtime.waitForRunEnd(current.runId, RUN_END_MS);
  }
  await realtime.sendMessage(chat, question);
}
