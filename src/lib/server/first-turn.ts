import { sql, type Kysely } from "kysely";
import type { HeadStartAnswer, SkeinMessage } from "../tools/message.ts";
import type { ChatRow } from "./chats.ts";
import type { Database } from "./db/database.ts";
import { isStorable, jsonb } from "./jsonb.ts";
import * as messages from "./messages.ts";
import { isStopRequested } from "./stop-request.ts";
import { workOf } from "./transcript/tree.ts";

/**
 * Who starts a chat's first turn. `pending`: nobody yet; `claimed`: somebody does, until the lease runs out; `done`: the
 * agent has the question. Every change is one statement that says which state it expects.
 */
const CLAIMED = [...(["id", "owner_id", "model", "head_id", "answering_id", "answering_attempt"] as const)];
export type Claimed = Pick<ChatRow, (typeof CLAIMED)[number]>;

/** Renewed every second; a server that is killed leaves its visitors waiting for so long. */
const LEASE_MS = 4_000;
/** A delivery may wait for a run to end before it sends. */
const DELIVERY_LEASE_MS = 10_000;

const until = (ms: number) => sql<Date>`now() + ${ms} * interval '1 millisecond'`;

/** Undefined: not pending, or not this owner's. */
export async function claim(
  db: Kysely<Database>,
  { ownerId, chatId }: { ownerId: string; chatId: string },
): Promise<Claimed | undefined> {
  if (!isStorable(chatId)) return undefined;
  return db
    .updateTable("chat")
    .set({ first_turn: "claimed", first_turn_lease_until: until(LEASE_MS) })
    .where("id", "=", chatId)
    .where("owner_id", "=", ownerId)
    .where("deleted_at", "is", null)
    .where("first_turn", "=", "pending")
    .returning(CLAIMED)
    .executeTakeFirst();
}

/**
 * The first turns that nobody carries on: pending for `graceMs` without a visitor (or after a failed attempt, until its
 * lease), or claimed by a process that let its lease run out.
 */
export async function claimAbandoned(db: Kysely<Database>, graceMs: number): Promise<Claimed[]> {
  return db
    .updateTable("chat")
    .set({ first_turn: "claimed", first_turn_lease_until: until(DELIVERY_LEASE_MS) })
    .where("deleted_at", "is", null)
    .where("first_turn", "<>", "done")
    .where(
      sql<boolean>`coalesce(first_turn_lease_until, last_activity_at + ${graceMs} * interval '1 millisecond') < now()`,
    )
    .returning(CLAIMED)
    .execute();
}

/** False when the claim is no longer ours to keep. */
export async function renew(db: Kysely<Database>, chatId: string): Promise<boolean> {
  const { numUpdatedRows } = await claimed(db, chatId)
    .set({ first_turn_lease_until: until(LEASE_MS) })
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Gives the first turn back; the sweep leaves it alone for `delayMs`, a visitor does not have to. */
export async function release(db: Kysely<Database>, chatId: string, delayMs: number): Promise<void> {
  await claimed(db, chatId)
    .set({ first_turn: "pending", first_turn_lease_until: until(delayMs) })
    .execute();
}

/** The model refused, and would again: whichever turn answers the question ends with this sentence instead. */
export async function refuse(db: Kysely<Database>, chatId: string, sentence: string): Promise<void> {
  await claimed(db, chatId).set({ first_turn_failure: sentence }).execute();
}

/** What its answer says of itself. The turn that stores the answer puts the two together again. */
export async function answered(db: Kysely<Database>, chatId: string, answer: HeadStartAnswer): Promise<void> {
  await claimed(db, chatId)
    .set({ first_turn_answer: jsonb(answer) })
    .execute();
}

/** The question is on its way to the agent; what is left to go wrong, the watch over running chats finds. */
export async function delivered(db: Kysely<Database>, chatId: string): Promise<void> {
  await claimed(db, chatId).set({ first_turn: "done", first_turn_lease_until: null }).execute();
}

function claimed(db: Kysely<Database>, chatId: string) {
  return db.updateTable("chat").where("id", "=", chatId).where("first_turn", "=", "claimed");
}

export async function stopRequested(db: Kysely<Database>, chatId: string): Promise<boolean> {
  const chat = await db
    .selectFrom("chat")
    .select(["stop_requested_at", "stop_requested_for", "answering_id", "answering_attempt"])
    .where("id", "=", chatId)
    .executeTakeFirst();
  return chat !== undefined && isStopRequested(chat, workOf(chat));
}

/** The question that is to be answered, and whether the chat begins with it: a fork brings a conversation along. */
export async function question(
  db: Kysely<Database>,
  { id, head_id, answering_id }: Pick<Claimed, "id" | "head_id" | "answering_id">,
): Promise<{ question: SkeinMessage; isFirst: boolean } | undefined> {
  // People may look at another branch of it by now.
  const path = await messages.path(db, id, answering_id ?? head_id);
  const at = path.findLastIndex((row) => row.role === "user");
  const row = path[at];
  return row && { question: messages.messageOf(row), isFirst: at === 0 };
}
