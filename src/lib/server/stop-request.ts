import type { ChatRow } from "./chats.ts";
import type { Work } from "./transcript/tree.ts";

/** Whether somebody asked to stop the turn that works on this, rather than one before or after it. */
export function isStopRequested(
  chat: Pick<ChatRow, "stop_requested_at" | "stop_requested_for">,
  work: Work | null,
): boolean {
  if (chat.stop_requested_at === null) return false;
  const { stop_requested_for: about } = chat;
  return about === null || about === work?.messageId || about === work?.attempt;
}
