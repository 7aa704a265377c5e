import { tool } from "ai";
import type { Kysely } from "kysely";
import * as chatEdits from "../../src/lib/server/chat-edits.ts";
import type { Database } from "../../src/lib/server/db/index.ts";
import type { ChatEdit } from "../../src/lib/tools/chat-edit.ts";
import { tidyInbox, type TidyChange } from "../../src/lib/tools/tidy-inbox.ts";

/** Changes chats of whoever owns this one, all of them or none. */
export function createTidyInbox(db: Kysely<Database>, chatId: string) {
  return tool({
    ...tidyInbox,
    execute: ({ changes }) =>
      db.transaction().execute(async (trx) => {
        const { owner_id: ownerId } = await trx
          .selectFrom("chat")
          .select("owner_id")
          .where("id", "=", chatId)
          .executeTakeFirstOrThrow();
        const notFound: string[] = [];
        for (const change of changes) {
          const isThere = await chatEdits.apply(trx, { ownerId, chatId: change.chatId }, editOf(change));
          if (!isThere) notFound.push(change.chatId);
        }
        return { done: changes.length - notFound.length, notFound };
      }),
  });
}

function editOf(change: TidyChange): ChatEdit {
  switch (change.action) {
    case "rename":
      return { type: "rename", title: change.title };
    case "archive":
    case "unarchive":
      return { type: "archive", isArchived: change.action === "archive" };
    case "pin":
    case "unpin":
      return { type: "pin", isPinned: change.action === "pin" };
  }
}
