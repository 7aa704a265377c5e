import type { Kysely } from "kysely";
import type { ChatAction, EditAction } from "../../tools/actions.ts";
import type { SkeinMessage } from "../../tools/message.ts";
import { requestsIn } from "../../tools/requests.ts";
import type { Database } from "../db/database.ts";
import * as messages from "../messages.ts";
import { isFinished } from "./answer.ts";
import { answerOf } from "./context.ts";
import { Refusal } from "./refusal.ts";
import type { Work } from "./tree.ts";

/** What an action comes to: the path that ends with what is to be answered, or nothing, because that was done. */
export type Answering = {
  path: SkeinMessage[];
  work: Work;
  /** An answer that goes on, in its own words or (`isAnswered`) with what it asked for. */
  continues: SkeinMessage | null;
  isAnswered?: boolean;
};
export type Decision = Answering | "done";

/**
 * Reads the tree and changes nothing. A run that takes over reads an action again that the dead one had begun, and a
 * browser sends again what it does not know to have arrived: an action is known by the ids that it brings along.
 */
export function decide(db: Kysely<Database>, chatId: string, action: ChatAction): Promise<Decision> {
  switch (action.type) {
    case "edit":
      return edit(db, chatId, action);
    case "regenerate":
      return regenerate(db, chatId, action);
    case "continue":
      return goOn(db, chatId, action);
    case "answer":
      return withAnswers(db, chatId, action);
  }
}

async function edit(db: Kysely<Database>, chatId: string, { messageId, message }: EditAction): Promise<Decision> {
  const work = { messageId: message.id, attempt: null };
  const known = await messages.find(db, chatId, message.id);
  if (known) {
    if (known.role !== "user") throw new Refusal("The edited message has the id of an answer.");
    if ((await answerOf(db, chatId, message.id)) !== undefined) return "done";
    return { path: await pathTo(db, chatId, message.id), work, continues: null };
  }
  const original = await messages.find(db, chatId, messageId);
  if (original?.role !== "user") throw new Refusal("The message to edit is not in this chat.");
  const above = await pathTo(db, chatId, original.parent_id);
  const metadata = { after: above.at(-1)?.id ?? null, edits: messageId };
  return { path: [...above, { id: message.id, role: "user", metadata, parts: message.parts }], work, continues: null };
}

async function regenerate(
  db: Kysely<Database>,
  chatId: string,
  { messageId, attempt }: { messageId: string; attempt: string },
): Promise<Decision> {
  const known = await messages.find(db, chatId, attempt);
  if (known && known.role !== "assistant") throw new Refusal("The new answer has the id of a question.");
  if (known && isFinished(known)) return "done";
  const path = await pathTo(db, chatId, messageId);
  while (path.length > 0 && path.at(-1)?.role !== "user") path.pop();
  const question = path.at(-1);
  if (!question) throw new Refusal("The answer to give again is not in this chat.");
  // Written again under another question, it would be taken from its own.
  if (known && known.parent_id !== question.id) throw new Refusal("The new answer has the id of another one.");
  return { path, work: { messageId: question.id, attempt }, continues: null };
}

async function goOn(
  db: Kysely<Database>,
  chatId: string,
  { messageId, attempt }: { messageId: string; attempt: string },
): Promise<Decision> {
  const answer = await messages.find(db, chatId, messageId);
  if (answer?.role !== "assistant") throw new Refusal("The answer to continue is not in this chat.");
  if (answer.final || answer.metadata?.attempt === attempt) return "done";
  // What came after it was said in view of what it is now.
  if (await messages.hasChildren(db, chatId, messageId))
    throw new Refusal("The conversation went on from this answer, so it stays as it is.");
  const path = await pathTo(db, chatId, messageId);
  return { path, work: { messageId, attempt }, continues: path.at(-1) ?? null };
}

/** The answer was given under the lock of the chat, which made the message unfinished (approvals/give.ts). */
async function withAnswers(
  db: Kysely<Database>,
  chatId: string,
  { messageId, attempt }: { messageId: string; attempt: string },
): Promise<Decision> {
  const message = await messages.find(db, chatId, messageId);
  if (message?.role !== "assistant") throw new Refusal("The answer that asked is not in this chat.");
  if (!messages.isOpen(message)) return "done";
  const path = await pathTo(db, chatId, messageId);
  const continues = path.at(-1);
  if (continues?.id !== messageId || requestsIn(continues).length > 0) return "done";
  return { path, work: { messageId, attempt }, continues, isAnswered: true };
}

async function pathTo(db: Kysely<Database>, chatId: string, id: string | null): Promise<SkeinMessage[]> {
  return (await messages.path(db, chatId, id)).map(messages.messageOf);
}
