import { sql, type Kysely, type Transaction } from "kysely";
import type { SkeinMessage } from "../../tools/message.ts";
import type { ChatRow } from "../chats.ts";
import type { Database } from "../db/database.ts";
import type { ChatAddress } from "../realtime.ts";
import {
  nextOut,
  overdue,
  placeAgain,
  stillStops,
  waitingOf,
  type Going,
  type QueueChat,
  type Queued,
} from "./rules.ts";

export type LockedChat = QueueChat & Pick<ChatRow, "id" | "owner_id" | "model"> & { has_session: boolean };

/** A message that this process has to send now, because it has said so in the database. */
export interface Outgoing {
  chat: ChatAddress;
  message: SkeinMessage;
  /** Which of the attempts to send it this is. */
  attempt: number;
  /** The turn that runs is told to stop first. */
  stopsTurn: boolean;
  isRunning: boolean;
  hasSession: boolean;
}

/** Locks a chat, as every writer of it does first. Undefined: no such chat (of this owner). */
export async function lock(
  trx: Transaction<Database>,
  { chatId, ownerId }: { chatId: string; ownerId?: string },
): Promise<LockedChat | undefined> {
  return trx
    .selectFrom("chat")
    .select(["id", "owner_id", "model", "status", "first_turn", "queue_paused_at", "head_id", "answering_id"])
    .select("stop_requested_at")
    .select(sql<number>`(extract(epoch from now() - last_activity_at) * 1000)::float8`.as("quiet_ms"))
    .select(sql<boolean>`exists (select from chat_session where chat_id = chat.id)`.as("has_session"))
    .where("id", "=", chatId)
    .$if(ownerId !== undefined, (query) => query.where("owner_id", "=", ownerId ?? ""))
    .where("deleted_at", "is", null)
    .forNoKeyUpdate()
    .executeTakeFirst();
}

export async function rowsOf(trx: Transaction<Database>, chatId: string): Promise<Queued[]> {
  return trx
    .selectFrom("queued_message")
    .select(["id", "position", "kind", "state", "attempts", "stops"])
    .select(sql<number | null>`(extract(epoch from clock_timestamp() - sent_at) * 1000)::float8`.as("sent_ms"))
    .where("chat_id", "=", chatId)
    .orderBy("position")
    .execute();
}

/** Takes what waits and goes out now. Whatever changed the queue ends with this, in the same transaction. */
export async function claimNext(
  trx: Transaction<Database>,
  chat: LockedChat,
  options: { evenFailed?: boolean } = {},
): Promise<Outgoing[]> {
  const rows = await rowsOf(trx, chat.id);
  const going = nextOut(chat, rows, options);
  const out: Outgoing[] = [];
  for (const one of going) out.push(...(await claim(trx, chat, one)));
  if (chat.queue_paused_at !== null && waitingOf(rows).length === going.length) await setPaused(trx, chat, false);
  return out;
}

/** Takes one that waits; nothing when it does not any more. */
export async function claim(
  trx: Transaction<Database>,
  chat: LockedChat,
  { id, after_id, steers, stops }: Going,
  { stopsTurn = false } = {},
): Promise<Outgoing[]> {
  const kind = steers === null ? "queue" : "steer";
  return sending(trx, chat, { id, from: ["waiting"] }, { kind, after_id, steers, stops }, stopsTurn);
}

/** Takes again what got lost on its way, and gives up what never arrives: it waits again, and its queue is paused. */
export async function claimOverdue(
  trx: Transaction<Database>,
  chat: LockedChat,
): Promise<{ out: Outgoing[]; gaveUp: string[] }> {
  const out: Outgoing[] = [];
  const gaveUp: string[] = [];
  const rows = await rowsOf(trx, chat.id);
  for (const [at, row] of rows.entries()) {
    const step = overdue(chat, row);
    if (step === "again") {
      const stopsTurn = stillStops(chat, row);
      out.push(...(await sending(trx, chat, { id: row.id, from: ["sending", "sent"] }, {}, stopsTurn)));
    } else if (step === "give-up") {
      gaveUp.push(row.id);
      await trx
        .updateTable("queued_message")
        .set({ state: "waiting", kind: "queue", position: placeAgain(rows, at) })
        .set({ attempts: 0, sent_at: null, after_id: null, steers: null, stops: null })
        .where("chat_id", "=", chat.id)
        .where("id", "=", row.id)
        .execute();
    }
  }
  if (gaveUp.length > 0) await setPaused(trx, chat, true);
  return { out, gaveUp };
}

/** Pauses the queue of a locked chat, or goes on with it; `chat` follows. */
export async function setPaused(trx: Transaction<Database>, chat: LockedChat, isPaused: boolean): Promise<void> {
  const { queue_paused_at } = await trx
    .updateTable("chat")
    .set({ queue_paused_at: isPaused ? sql<Date>`coalesce(queue_paused_at, now())` : null })
    .where("id", "=", chat.id)
    .returning("queue_paused_at")
    .executeTakeFirstOrThrow();
  chat.queue_paused_at = queue_paused_at;
}

/** It is on `.in`, unless it was sent once more meanwhile, or taken back. */
export async function arrived(db: Kysely<Database>, { chat, message, attempt }: Outgoing): Promise<void> {
  await db
    .updateTable("queued_message")
    .set({ state: "sent" })
    .where("chat_id", "=", chat.chatId)
    .where("id", "=", message.id)
    .where("state", "=", "sending")
    .where("attempts", "=", attempt)
    .execute();
}

async function sending(
  trx: Transaction<Database>,
  chat: LockedChat,
  { id, from }: { id: string; from: Queued["state"][] },
  change: Partial<Omit<Going, "id"> & Pick<Queued, "kind">>,
  stopsTurn: boolean,
): Promise<Outgoing[]> {
  const rows = await trx
    .updateTable("queued_message")
    .set({ ...change, state: "sending", sent_at: sql<Date>`clock_timestamp()`, attempts: sql<number>`attempts + 1` })
    .where("chat_id", "=", chat.id)
    .where("id", "=", id)
    .where("state", "in", from)
    .returning(["parts", "model", "after_id", "steers", "attempts"])
    .execute();
  return rows.map(({ parts, model, after_id, steers, attempts }) => ({
    chat: { chatId: chat.id, ownerId: chat.owner_id, model: model ?? chat.model },
    message: { id, role: "user", metadata: { after: after_id, ...(steers === null ? {} : { steers }) }, parts },
    attempt: attempts,
    stopsTurn,
    isRunning: chat.status === "running",
    hasSession: chat.has_session,
  }));
}
