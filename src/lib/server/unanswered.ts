import type { Kysely } from "kysely";
import type { ChatAction } from "../tools/actions.ts";
import type { SkeinMessage } from "../tools/message.ts";
import type { ChatRow } from "./chats.ts";
import type { Database } from "./db/database.ts";
import * as messages from "./messages.ts";
import { isFinished } from "./transcript/answer.ts";
import { answerOf } from "./transcript/context.ts";

/** What has to be sent so that a chat is answered. Sending it again is harmless: an answer that is there is known. */
export type Unanswered = { message: SkeinMessage } | { action: ChatAction };

export type Asked = Pick<ChatRow, "id" | "head_id" | "answering_id" | "answering_attempt">;

/**
 * What the chat says that it is answering, on whichever branch. "answered": it is there; "unknown": nothing of it was
 * ever stored.
 */
export async function unanswered(db: Kysely<Database>, chat: Asked): Promise<Unanswered | "answered" | "unknown"> {
  const { answering_attempt: attempt } = chat;
  const path = await messages.path(db, chat.id, chat.answering_id ?? chat.head_id);
  const end = chat.answering_id === null ? path.findLast((row) => row.role === "user") : path.at(-1);
  if (!end) return "unknown";
  if (end.role === "assistant") {
    if (attempt === null || end.final) return "answered";
    // What is stopped or broke off is an end that this attempt came to, or the one that it is to continue.
    if (messages.isOpen(end)) return { action: { type: "answer", messageId: end.id, attempt } };
    if (end.metadata?.attempt === attempt) return "answered";
    return { action: { type: "continue", messageId: end.id, attempt } };
  }
  if (attempt === null) {
    return (await answerOf(db, chat.id, end.id)) === undefined ? { message: messages.messageOf(end) } : "answered";
  }
  const answer = await messages.find(db, chat.id, attempt);
  if (answer && isFinished(answer)) return "answered";
  return { action: { type: "regenerate", messageId: end.id, attempt } };
}
