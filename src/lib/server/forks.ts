import { sql, type Kysely } from "kysely";
import { requestsOf } from "./approvals/requests-of.ts";
import { previewOf } from "./chats.ts";
import * as compactions from "./compactions.ts";
import type { Database } from "./db/database.ts";
import { isStorable } from "./jsonb.ts";
import * as messages from "./messages.ts";
import { needs } from "./transcript/chat-after.ts";

/**
 * A new chat with a copy of the path that ends with this message; messages keep their ids. A question at its end is
 * answered there, by whoever opens the page. Undefined: no such chat of this owner, or no such message.
 */
export async function create(
  db: Kysely<Database>,
  { ownerId, chatId, messageId }: { ownerId: string; chatId: string; messageId: string },
): Promise<{ chatId: string } | undefined> {
  if (!isStorable(chatId)) return undefined;
  const forkId = crypto.randomUUID();
  return db.transaction().execute(async (trx) => {
    const source = await trx
      .selectFrom("chat")
      .select(["title", "title_source", "model"])
      .where("id", "=", chatId)
      .where("owner_id", "=", ownerId)
      .where("deleted_at", "is", null)
      .executeTakeFirst();
    if (!source) return undefined;
    const end = (await messages.path(trx, chatId, messageId)).at(-1);
    if (end?.id !== messageId) return undefined;
    const isQuestion = end.role === "user";
    const requests = isQuestion ? [] : await requestsOf(trx, chatId, end);
    const now = new Date();
    await trx
      .insertInto("chat")
      .values({
        ...{ id: forkId, owner_id: ownerId, ...source, head_id: messageId, preview: previewOf(end) },
        ...{ forked_from_chat_id: chatId, forked_from_message_id: messageId },
        ...{ last_activity_at: now, last_read_at: now },
        ...(isQuestion
          ? { status: "running", answering_id: messageId, first_turn: "pending" }
          : requests.length > 0
            ? needs(requests)
            : { status: "idle" }),
      })
      .execute();
    // Parents first, so that `seq` follows the conversation. Nobody writes the copy of an answer that is being written:
    // it counts as stopped, and can be continued.
    await sql`
      with recursive up (id, parent_id, depth) as (
        select id, parent_id, 0 from message where chat_id = ${chatId} and id = ${messageId}
        union all
        select m.id, m.parent_id, up.depth + 1 from up ${messages.joinById(chatId, sql`up.parent_id`)}
      )
      insert into message (chat_id, id, parent_id, role, parts, metadata, final, stopped, error, hidden, state, created_at)
      select ${forkId}, m.id, m.parent_id, m.role, m.parts, m.metadata, m.final,
        m.stopped or (not m.final and m.error is null), m.error, m.hidden, m.state, m.created_at
      from up ${messages.joinById(chatId, sql`up.id`)}
      order by up.depth desc`.execute(trx);
    await compactions.copy(trx, chatId, forkId);
    return { chatId: forkId };
  });
}
