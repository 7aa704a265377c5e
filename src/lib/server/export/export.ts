import type { Kysely } from "kysely";
import type { SkeinMessage } from "../../tools/message.ts";
import * as chats from "../chats.ts";
import * as conversation from "../conversation.ts";
import type { Database } from "../db/database.ts";
import { messageOf } from "../messages.ts";
import { toMarkdown } from "./markdown.ts";

/** Everything that is kept of a chat: each message of every branch, with its tools and its reasoning, in the order they came. */
export interface ExportedChat {
  version: 1;
  id: string;
  title: string;
  createdAt: string;
  /** The last message of the branch that is shown. */
  headId: string | null;
  messages: (SkeinMessage & {
    parentId: string | null;
    createdAt: string;
    stopped?: true;
    error?: string;
  })[];
}

/** The branch that is shown, to be read. Undefined: no such chat of this owner. */
export async function asMarkdown(db: Kysely<Database>, which: chats.Owned) {
  const opened = await conversation.open(db, which);
  return opened && { title: opened.chat.title, text: toMarkdown(opened.chat.title, opened.messages) };
}

/** Undefined: no such chat of this owner. */
export async function asJson(db: Kysely<Database>, which: chats.Owned): Promise<ExportedChat | undefined> {
  const chat = await chats.find(db, which);
  if (!chat) return undefined;
  const rows = await db
    .selectFrom("message")
    .select(["id", "parent_id", "role", "parts", "metadata", "stopped", "error", "created_at"])
    .where("chat_id", "=", chat.id)
    .where("hidden", "=", false)
    .orderBy("seq")
    .execute();
  return {
    version: 1,
    ...{ id: chat.id, title: chat.title, headId: chat.head_id, createdAt: chat.created_at.toISOString() },
    messages: rows.map((row) => ({
      ...messageOf(row),
      parentId: row.parent_id,
      createdAt: row.created_at.toISOString(),
      ...(row.stopped ? { stopped: true as const } : {}),
      ...(row.error === null ? {} : { error: row.error }),
    })),
  };
}
