import type { TranscriptLoadOptions } from "@trigger.dev/sdk/ai";
import type { Kysely } from "kysely";
import type { Database } from "../db/database.ts";
import * as messages from "../messages.ts";
import { stateAt } from "./state.ts";

/** What the runtime knows of a chat when it boots: the head's path, or a page of it, and where the streams are. */
export async function load(db: Kysely<Database>, chatId: string, { limit, before }: TranscriptLoadOptions = {}) {
  const chat = await db
    .selectFrom("chat")
    .leftJoin("chat_session", "chat_session.chat_id", "chat.id")
    .select(["head_id", "last_event_id", "last_in_event_id", "state"])
    .where("chat.id", "=", chatId)
    .executeTakeFirst();
  const path = await messages.path(db, chatId, chat?.head_id ?? null);
  const kept = chat?.head_id ? await stateAt(db, chatId, chat.head_id) : undefined;
  const at = before === undefined ? path.length : path.findIndex((row) => row.id === before);
  const end = Math.max(0, at);
  const start = limit === undefined ? 0 : Math.max(0, end - limit);
  const page = path.slice(start, end);
  return {
    messages: page.map(messages.messageOf),
    nonFinalIds: page.filter((row) => !row.final).map((row) => row.id),
    state: kept ? kept.state : (chat?.state ?? null),
    cursors: {
      ...(chat?.last_event_id ? { lastOutEventId: chat.last_event_id } : {}),
      ...(chat?.last_in_event_id ? { lastInEventId: chat.last_in_event_id } : {}),
    },
    ...(start > 0 && page[0] ? { nextCursor: page[0].id } : {}),
  };
}
