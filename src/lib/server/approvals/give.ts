import { sql, type Kysely, type Transaction } from "kysely";
import type { ChatAction } from "../../tools/actions.ts";
import type { SkeinMessage } from "../../tools/message.ts";
import type { ToolAnswer, ToolOutcome } from "../../tools/tool-answer.ts";
import type { Owned } from "../chats.ts";
import type { Database } from "../db/database.ts";
import { isStorable, jsonb, storable } from "../jsonb.ts";
import * as messages from "../messages.ts";
import type { ChatAddress } from "../realtime.ts";
import { needs } from "../transcript/chat-after.ts";
import { decide, type Decided } from "./decide.ts";
import { requestsOf } from "./requests-of.ts";

/** An answer that goes on, for the caller to send (send.ts). */
export interface Continuation {
  chat: ChatAddress;
  action: Extract<ChatAction, { type: "answer" }>;
  attempts: number;
  hasSession: boolean;
}

/**
 * `out` is null when the request was answered like that before, or the message waits for more. `answered`: somebody was
 * first, with another answer; `passed`: the conversation went on without one; `busy`: the chat is at an answer.
 */
export type Given =
  | { outcome: ToolOutcome; out: Continuation | null }
  | { refused: "answered"; outcome: ToolOutcome }
  | { refused: "gone" | "passed" | "busy" };

/**
 * Answers a request in one transaction under the lock of its chat: who comes first, wins. From here on it is decided,
 * whatever dies. Undefined: no such chat of this owner.
 */
export async function give(db: Kysely<Database>, which: Owned, wanted: ToolAnswer): Promise<Given | undefined> {
  if (!isStorable(which.chatId) || !isStorable(wanted.toolCallId)) return undefined;
  return db.transaction().execute(async (trx) => {
    const chat = await lock(trx, which);
    if (!chat) return undefined;
    const before = await answerTo(trx, chat.id, wanted.toolCallId);
    if (before)
      return isSame(before, wanted) ? { outcome: before, out: null } : { refused: "answered", outcome: before };
    // What asks may be in the answer that is being written.
    if (chat.status === "running") return { refused: "busy" };
    const message = await asking(trx, chat.id, wanted.toolCallId);
    const made = message && decide(message.parts, clean(wanted));
    if (!made) return { refused: "gone" };
    // What came after it was said as if it had not been asked.
    if (chat.head_id !== message.id && (await messages.hasChildren(trx, chat.id, message.id)))
      return { refused: "passed" };
    await write(trx, chat.id, message.id, made.decided);
    if ("decision" in wanted && wanted.decision === "always") await allow(trx, chat.id, made.decided);
    const left = await requestsOf(trx, chat.id, made);
    const own = made.decided.find(({ toolCallId }) => toolCallId === wanted.toolCallId);
    if (!own) throw new Error("An answer came to nothing.");
    await trx
      .updateTable("message")
      // What goes on is being written, until its turn ends.
      .set({ parts: jsonb(made.parts), ...(left.length === 0 ? { final: false } : {}) })
      .where("chat_id", "=", chat.id)
      .where("id", "=", message.id)
      .execute();
    if (left.length > 0) {
      await trx.updateTable("chat").set(needs(left)).where("id", "=", chat.id).execute();
      return { outcome: own.outcome, out: null };
    }
    return { outcome: own.outcome, out: await goOn(trx, chat, message) };
  });
}

type LockedChat = NonNullable<Awaited<ReturnType<typeof lock>>>;

async function lock(trx: Transaction<Database>, { ownerId, chatId }: Owned) {
  return trx
    .selectFrom("chat")
    .select(["id", "owner_id", "model", "head_id", "status"])
    .select(sql<boolean>`exists (select from chat_session where chat_id = chat.id)`.as("has_session"))
    .where("id", "=", chatId)
    .where("owner_id", "=", ownerId)
    .where("deleted_at", "is", null)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

/** What was answered before. */
async function answerTo(db: Kysely<Database>, chatId: string, toolCallId: string): Promise<ToolOutcome | undefined> {
  const row = await db
    .selectFrom("tool_answer")
    .select(["approved", "reason", "output"])
    .where("chat_id", "=", chatId)
    .where("tool_call_id", "=", toolCallId)
    .executeTakeFirst();
  if (!row) return undefined;
  if (row.approved === null) return { answer: row.output?.answer ?? "" };
  return { approved: row.approved, ...(row.reason === null ? {} : { reason: row.reason }) };
}

/** The message that has this call: the newest, should a fork of a branch have brought it twice. */
async function asking(trx: Transaction<Database>, chatId: string, toolCallId: string) {
  return trx
    .selectFrom("message")
    .select(["id", "parts", "metadata"])
    .where("chat_id", "=", chatId)
    .where("role", "=", "assistant")
    .where("hidden", "=", false)
    .where(sql<boolean>`parts @> ${jsonb([{ toolCallId }])}::jsonb`)
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
}

async function write(trx: Transaction<Database>, chatId: string, messageId: string, decided: Decided[]) {
  const rows = decided.map(({ toolCallId, tool, input, outcome }) => ({
    ...{ chat_id: chatId, tool_call_id: toolCallId, message_id: messageId, tool },
    input: input === undefined ? null : jsonb(input),
    ...("answer" in outcome
      ? { approved: null, reason: null, output: jsonb(outcome) }
      : { approved: outcome.approved, reason: outcome.reason ?? null, output: null }),
  }));
  await trx.insertInto("tool_answer").values(rows).execute();
}

async function allow(trx: Transaction<Database>, chatId: string, [first]: Decided[]) {
  if (!first) return;
  await trx
    .insertInto("tool_rule")
    .values({ chat_id: chatId, tool: first.tool })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The chat runs from here on, so that every page looks for the turn, and it is written down that it has to begin. */
async function goOn(
  trx: Transaction<Database>,
  chat: LockedChat,
  message: { id: string; metadata: SkeinMessage["metadata"] | null },
): Promise<Continuation> {
  const attempt = crypto.randomUUID();
  const values = { message_id: message.id, attempt, is_sent: false, attempts: 1, sent_at: new Date() };
  await trx
    .insertInto("tool_continuation")
    .values({ chat_id: chat.id, ...values })
    .onConflict((conflict) => conflict.column("chat_id").doUpdateSet(values))
    .execute();
  await trx
    .updateTable("chat")
    .set({ status: "running", status_detail: null, needs: null, answering_id: message.id, answering_attempt: attempt })
    .where("id", "=", chat.id)
    .execute();
  return {
    chat: { chatId: chat.id, ownerId: chat.owner_id, model: message.metadata?.model ?? chat.model },
    action: { type: "answer", messageId: message.id, attempt },
    attempts: 1,
    hasSession: chat.has_session,
  };
}

function isSame(before: ToolOutcome, wanted: ToolAnswer): boolean {
  if ("answer" in before) return "answer" in wanted && clean(wanted).answer === before.answer;
  return "decision" in wanted && before.approved === (wanted.decision !== "deny");
}

/** In words that Postgres keeps. */
function clean<Wanted extends ToolAnswer>(wanted: Wanted): Wanted {
  const words = Object.entries(wanted).map(([key, value]) => [key, value === undefined ? value : storable(value)]);
  return Object.fromEntries(words) as Wanted;
}
