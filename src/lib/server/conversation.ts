import type { ColumnType, Kysely } from "kysely";
import type { ChatBase, ChatPageData } from "../chat/types.ts";
import type { SkeinMessage } from "../tools/message.ts";
import type { MessageQueue } from "../tools/queue.ts";
import * as branches from "./branches.ts";
import { baseOf, markOf } from "./chat-base.ts";
import { versionOf } from "./chat-version.ts";
import type { ChatRow } from "./chats.ts";
import * as compactions from "./compactions.ts";
import type { Database } from "./db/database.ts";
import { isStorable } from "./jsonb.ts";
import * as messages from "./messages.ts";
import { newSince } from "./new-since.ts";
import { ofChat } from "./queue/read.ts";

/** The live connection of a chat to the run that handles it. It may vanish and come back; the chat stays. */
export interface ChatSessionTable {
  chat_id: string;
  run_id: string | null;
  public_access_token: string | null;
  /** Where the last completed turn ended on `.out`: the only position a page can resume from. */
  last_event_id: string | null;
  last_in_event_id: string | null;
  /** The agent runtime's own record of a path without messages; every other is on its last message. */
  state: ColumnType<unknown, string | null | undefined, string | null>;
  updated_at: ColumnType<Date, Date | undefined, Date>;
}

export interface OpenChat {
  chat: Pick<ChatRow, "id" | "title" | "model" | "status" | "agent"> & {
    statusDetail: string | null;
    runId: string | null;
    updatedAt: Date;
    forkedFrom: ChatPageData["chat"]["forkedFrom"];
    parent: ChatPageData["chat"]["parent"];
    newSince: string | null;
  };
  /** The messages of the path after `after`, which is null when that is the whole path. */
  after: string | null;
  messages: SkeinMessage[];
  branches: ChatPageData["branches"];
  answering: ChatPageData["session"]["answering"];
  cursors: { lastEventId?: string; lastInEventId?: string };
  isRunning: boolean;
  queue: MessageQueue;
  /** Whether a run ever had it. A fork begins without. */
  hasSession: boolean;
  /** The name of all that is stored of it (chat-version.ts). */
  version: string | undefined;
  /** What need not be told again when somebody looks next. */
  base: ChatBase | undefined;
  /** Of the path up to `after`, to see whether what somebody has of it is what is stored. */
  mark: string | null;
}

/**
 * What a page of one chat shows and where it resumes, of one moment. With `after`, only the messages after that one, or
 * all when the path does not have it. Undefined: no such chat of this owner.
 */
export async function open(
  db: Kysely<Database>,
  { ownerId, chatId }: { ownerId: string; chatId: string },
  { after = null }: { after?: string | null } = {},
): Promise<OpenChat | undefined> {
  if (!isStorable(chatId)) return undefined;
  // Read from one snapshot: a cursor newer than the messages would hide an answer, an older one would repeat it.
  return db
    .transaction()
    .setIsolationLevel("repeatable read")
    .setAccessMode("read only")
    .execute(async (trx) => {
      const row = await trx
        .selectFrom("chat")
        .leftJoin("chat_session", "chat_session.chat_id", "chat.id")
        .leftJoin("chat as source", (join) =>
          join
            .onRef("source.id", "=", "chat.forked_from_chat_id")
            .onRef("source.owner_id", "=", "chat.owner_id")
            .on("source.deleted_at", "is", null),
        )
        .leftJoin("chat as parent", "parent.id", "chat.parent_chat_id")
        .select([
          "chat.id",
          "chat.title",
          "chat.model",
          "chat.status",
          "chat.status_detail",
          "chat.head_id",
          "chat.agent",
        ])
        .select(["parent.id as parent_id", "parent.title as parent_title"])
        .select([
          "chat.run_id",
          "chat.last_activity_at",
          "chat.last_read_at",
          "chat.answering_id",
          "chat.forked_from_message_id",
        ])
        .select("chat.queue_paused_at")
        .select(["source.id as source_id", "source.title as source_title", "last_event_id", "last_in_event_id"])
        .select("chat_session.chat_id as session_chat_id")
        .where("chat.id", "=", chatId)
        .where("chat.owner_id", "=", ownerId)
        .where("chat.deleted_at", "is", null)
        .executeTakeFirst();
      if (!row) return undefined;
      const path = await messages.path(trx, chatId, row.head_id, { below: after });
      const at = path.findIndex((row) => row.id === after);
      const ids = path.map((message) => message.id);
      const compaction = await compactions.latestOn(trx, chatId, ids);
      const { id, title, model, status, agent } = row;
      const answeringId = status === "running" ? row.answering_id : null;
      const shown = await branches.shown(trx, { chatId, path, answeringId });
      return {
        chat: {
          id,
          title,
          model,
          status,
          agent,
          statusDetail: row.status_detail,
          runId: row.run_id,
          updatedAt: row.last_activity_at,
          forkedFrom: forkedFrom(row),
          parent: parentOf(row),
          newSince: newSince(path, row.last_read_at),
        },
        after: at < 0 ? null : after,
        messages: path.slice(at + 1).map((message) => messages.shownMessageOf(message, compaction)),
        ...shown,
        cursors: {
          ...(row.last_event_id === null ? {} : { lastEventId: row.last_event_id }),
          ...(row.last_in_event_id === null ? {} : { lastInEventId: row.last_in_event_id }),
        },
        // Begun and stored are two transactions (trigger/chat.ts): before the second a page would take the turn for one of
        // the question that it knows. The second announces itself as well.
        isRunning: status === "running" && (answeringId === null || shown.answering !== null),
        queue: await ofChat(trx, row),
        hasSession: row.session_chat_id !== null,
        version: await versionOf(trx, { ownerId, chatId }),
        base: baseOf(path, compaction),
        mark: after === null || at < 0 ? null : markOf(path, after, compaction),
      };
    });
}

function parentOf({
  parent_id: chatId,
  parent_title: title,
}: {
  parent_id: string | null;
  parent_title: string | null;
}) {
  return chatId === null || title === null ? null : { chatId, title };
}

function forkedFrom(row: {
  source_id: string | null;
  source_title: string | null;
  forked_from_message_id: string | null;
}): OpenChat["chat"]["forkedFrom"] {
  const { source_id: chatId, source_title: title, forked_from_message_id: messageId } = row;
  return chatId === null || title === null || messageId === null ? null : { chatId, messageId, title };
}
