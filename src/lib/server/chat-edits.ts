import { sql, type Kysely, type UpdateObject } from "kysely";
import type { ChatEdit } from "../tools/chat-edit.ts";
import { type ChatTable, owned, type Owned } from "./chats.ts";
import type { Database } from "./db/database.ts";
import { isStorable, storable } from "./jsonb.ts";

/** Changes what the inbox shows of a chat, on every device. False: there is no such chat of this owner. */
export async function apply(db: Kysely<Database>, which: Owned, edit: ChatEdit): Promise<boolean> {
  if (!isStorable(which.chatId)) return false;
  const chat = edit.type === "delete" ? notYetGone(db, which) : owned(db, which);
  const { numUpdatedRows } = await chat.set(changes(edit)).executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Deleted or not, unless it is being taken apart already (purge.ts). */
function notYetGone(db: Kysely<Database>, { ownerId, chatId }: Owned) {
  return (
    db
      .updateTable("chat")
      // With what its sub-agents do.
      .where((eb) => eb.or([eb("id", "=", chatId), eb("parent_chat_id", "=", chatId)]))
      .where("owner_id", "=", ownerId)
      .where("purging_at", "is", null)
  );
}

function changes(edit: ChatEdit): UpdateObject<Database, "chat", "chat"> {
  const moment = (isSet: boolean, column: keyof ChatTable) =>
    isSet ? sql<Date>`coalesce(chat.${sql.ref(column)}, now())` : null;
  switch (edit.type) {
    case "rename":
      return { title: storable(edit.title), title_source: "user" };
    case "pin":
      return { pinned_at: moment(edit.isPinned, "pinned_at") };
    case "archive":
      return { archived_at: moment(edit.isArchived, "archived_at") };
    case "unread":
      return { last_read_at: null };
    case "delete":
      return { deleted_at: moment(edit.isDeleted, "deleted_at") };
  }
}
