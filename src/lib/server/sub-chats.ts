import type { Kysely } from "kysely";
import { questionIdOf, RESEARCH_AGENT, subChatId } from "../tools/agents.ts";
import type { SkeinMessage } from "../tools/message.ts";
import { firstTitleOf } from "./chats.ts";
import type { Database } from "./db/database.ts";
import { jsonb } from "./jsonb.ts";
import * as messages from "./messages.ts";

export interface SubChat {
  chatId: string;
  ownerId: string;
  /** The first thing said in it. Its id is the same whenever it is begun. */
  question: SkeinMessage;
}

interface Call {
  parentId: string;
  toolCallId: string;
  title: string;
  /** What the sub-agent is asked. */
  text: string;
  /** As `provider:model`. */
  model: string;
}

/**
 * Makes the chat in which a sub-agent does what a call asks for, or finds it: it belongs to whoever owns the chat of the
 * call. Undefined: that chat is gone, or goes.
 */
export async function begin(db: Kysely<Database>, { parentId, toolCallId, title, text, model }: Call) {
  const chatId = subChatId(parentId, toolCallId);
  const question: SkeinMessage = {
    id: questionIdOf(chatId),
    role: "user",
    metadata: { after: null },
    parts: [{ type: "text", text }],
  };
  return db.transaction().execute(async (trx): Promise<SubChat | undefined> => {
    // Deleting waits for this, or this sees that it has happened.
    const parent = await trx
      .selectFrom("chat")
      .select("owner_id")
      .where("id", "=", parentId)
      .where("deleted_at", "is", null)
      .forShare()
      .executeTakeFirst();
    if (!parent) return undefined;
    const made = await trx
      .insertInto("chat")
      .values({
        ...{
          id: chatId,
          owner_id: parent.owner_id,
          title: firstTitleOf({ parts: [{ type: "text", text: title }] }),
          model,
          agent: RESEARCH_AGENT,
        },
        ...{ parent_chat_id: parentId, parent_tool_call_id: toolCallId, head_id: question.id },
        ...{ status: "running", answering_id: question.id },
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning("id")
      .executeTakeFirst();
    if (made)
      await trx
        .insertInto("message")
        .values({
          ...{ chat_id: chatId, id: question.id, role: "user", parent_id: null },
          ...{ parts: jsonb(question.parts), metadata: jsonb(question.metadata) },
        })
        .execute();
    return { chatId, ownerId: parent.owner_id, question };
  });
}

export interface SubChatEnd {
  /** Null: it came to no answer at all. */
  answer: SkeinMessage | null;
  isStopped: boolean;
  /** One clear sentence on why it broke off. */
  error: string | null;
}

/** What came of it; undefined as long as it is at work. */
export async function endOf(db: Kysely<Database>, chatId: string): Promise<SubChatEnd | undefined> {
  const chat = await db
    .selectFrom("chat")
    .select(["status", "status_detail", "head_id"])
    .where("id", "=", chatId)
    .executeTakeFirst();
  if (chat?.status === "running") return undefined;
  const last = chat && (await messages.path(db, chatId, chat.head_id)).at(-1);
  const answer = last?.role === "assistant" ? last : undefined;
  return {
    answer: answer ? messages.messageOf(answer) : null,
    // Who is stopped before the first word leaves no answer.
    isStopped: answer?.stopped ?? chat?.status !== "failed",
    error: answer?.error ?? (chat?.status === "failed" ? (chat.status_detail ?? GONE) : null),
  };
}

const GONE = "It could not be finished.";

/** Those of this chat that are at work. */
export async function running(db: Kysely<Database>, parentId: string): Promise<{ chatId: string; turn: string }[]> {
  const rows = await db
    .selectFrom("chat")
    .select(["id", "answering_id"])
    .where("parent_chat_id", "=", parentId)
    .where("status", "=", "running")
    .execute();
  return rows.flatMap(({ id, answering_id: turn }) => (turn === null ? [] : [{ chatId: id, turn }]));
}
