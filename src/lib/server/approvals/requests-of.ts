import type { UIMessage } from "ai";
import type { Kysely } from "kysely";
import { requestsIn, type ToolRequest } from "../../tools/requests.ts";
import { chatsIn } from "../../tools/tidy-changes.ts";
import type { Database } from "../db/database.ts";
import { isStorable } from "../jsonb.ts";

/**
 * What a message of this chat waits for, as the person reads it: the chats that it is about have the names that their owner
 * sees, whatever the model calls them.
 */
export async function requestsOf(
  db: Kysely<Database>,
  chatId: string,
  { parts }: Pick<UIMessage, "parts">,
): Promise<ToolRequest[]> {
  const ids = parts.flatMap((part) => (part.type === "tool-tidyInbox" && "input" in part ? chatsIn(part.input) : []));
  const named = ids.filter(isStorable);
  if (named.length === 0) return requestsIn({ parts });
  const rows = await db
    .selectFrom("chat")
    .select(["id", "title"])
    .where("id", "in", named)
    .where("owner_id", "=", (query) =>
      query.selectFrom("chat as own").select("own.owner_id").where("own.id", "=", chatId),
    )
    .where("deleted_at", "is", null)
    .execute();
  const titles = new Map(rows.map(({ id, title }) => [id, title]));
  return requestsIn({ parts }, (id) => titles.get(id));
}
