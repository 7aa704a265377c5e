import { sql, type Kysely, type Transaction } from "kysely";
import type { Database } from "./db/database.ts";
import { isStorable } from "./jsonb.ts";
import * as messages from "./messages.ts";
import { lineage } from "./transcript/context.ts";
import { visitedBefore } from "./transcript/head.ts";
import { walk } from "./transcript/walk.ts";
import { writeReading } from "./transcript/write.ts";
import { lastQuestion } from "../tools/steering.ts";

type Which = { ownerId: string; chatId: string };
type LockedChat = { id: string; head_id: string | null; answering_id: string | null };

/**
 * Moves of the head that nobody answers, so that no run wakes. `below`: only what comes after this message of the path
 * can have changed. Undefined: no such chat of this owner, or no such message.
 */
export type Moved = { below: string | null } | undefined;

/**
 * Goes to the child `id` of `parentId` (null: to a root) and to the leaf last visited below it, or with `id: null` to
 * `parentId` itself, as long as its answer is being written. Twice is once.
 */
export async function visit(
  db: Kysely<Database>,
  which: Which,
  { parentId, id }: { parentId: string | null; id: string | null },
): Promise<Moved> {
  return withChat(db, which, async (trx, chat) => {
    if (id === null) {
      if (parentId !== null && !(await messages.find(trx, chat.id, parentId))) return undefined;
      // The answer may have come to its end since the page was told of it.
      const isOver = parentId !== null && parentId !== chat.answering_id;
      await move(trx, chat, isOver ? await leafBelow(trx, chat, parentId) : parentId);
      return { below: parentId };
    }
    const child = await messages.find(trx, chat.id, id);
    if (!child || child.parent_id !== parentId) return undefined;
    await move(trx, chat, await leafBelow(trx, chat, child.last_leaf_id ?? id));
    return { below: parentId };
  });
}

/** Goes to the branch that has this message, and stays where the head is if that is one. */
export async function goTo(db: Kysely<Database>, which: Which, messageId: string): Promise<Moved> {
  return withChat(db, which, async (trx, chat) => {
    const message = await messages.find(trx, chat.id, messageId);
    if (!message) return undefined;
    const path = chat.head_id === null ? [] : await lineage(trx, chat.id, [chat.head_id]);
    if (!path.some(({ id }) => id === messageId))
      await move(trx, chat, await leafBelow(trx, chat, message.last_leaf_id ?? messageId));
    return { below: null };
  });
}

/** Takes the last question of the head's path back, with all that came after. Nothing happens when it is another one. */
export async function undo(db: Kysely<Database>, which: Which, messageId: string): Promise<Moved> {
  return withChat(db, which, async (trx, chat) => {
    const question = await messages.find(trx, chat.id, messageId);
    if (!question) return undefined;
    const path = await messages.path(trx, chat.id, chat.head_id, { below: chat.head_id });
    const at = path.findIndex((row) => row.id === lastQuestion(path.map(messages.messageOf))?.id);
    if (path[at]?.id === messageId) await move(trx, chat, path[at - 1]?.id ?? null);
    return { below: question.parent_id };
  });
}

/** Every writer of a chat's tree locks its row first. */
async function withChat(
  db: Kysely<Database>,
  { ownerId, chatId }: Which,
  work: (trx: Transaction<Database>, chat: LockedChat) => Promise<Moved>,
): Promise<Moved> {
  if (!isStorable(chatId)) return undefined;
  return db.transaction().execute(async (trx) => {
    const chat = await trx
      .selectFrom("chat")
      .select(["id", "head_id", "answering_id"])
      .where("id", "=", chatId)
      .where("owner_id", "=", ownerId)
      .where("deleted_at", "is", null)
      .forNoKeyUpdate()
      .executeTakeFirst();
    return chat && work(trx, chat);
  });
}

async function move(trx: Transaction<Database>, chat: LockedChat, headId: string | null) {
  const ends = [chat.head_id, headId].filter((id) => id !== null);
  const rows = new Map((await lineage(trx, chat.id, ends)).map((row) => [row.id, row]));
  await writeReading(trx, chat.id, visitedBefore(rows, chat.head_id, headId), walk(rows, headId));
  if (headId !== chat.head_id) {
    await trx.updateTable("chat").set({ head_id: headId }).where("id", "=", chat.id).execute();
  }
}

/** From `id` down by the newest child each time. What a turn that died had begun leads nowhere. */
async function leafBelow(trx: Transaction<Database>, { id: chatId, answering_id }: LockedChat, id: string) {
  const { rows } = await sql<{ id: string }>`
    with recursive down (id, depth) as (
      select ${id}::text, 0
      union all
      select (
        select m.id from message m
        where m.chat_id = ${chatId} and m.parent_id = down.id and not m.hidden
          and (m.final or m.stopped or m.error is not null or m.parent_id = ${answering_id} or m.id = ${answering_id})
        order by m.seq desc limit 1
      ), down.depth + 1
      from down where down.id is not null
    )
    select id from down where id is not null order by depth desc limit 1`.execute(trx);
  return rows[0]?.id ?? id;
}
