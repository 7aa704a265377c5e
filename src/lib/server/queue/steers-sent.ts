import { setTimeout as sleep } from "node:timers/promises";
import type { Kysely } from "kysely";
import type { Database } from "../db/database.ts";

const LOOK_EVERY_MS = 25;

/**
 * Waits until all that steers the running turn of a chat is on `.in`, but not for longer than `withinMs`. What came during
 * a head start goes out when the run has taken over, which may be about to go on to the very step that it is meant for.
 */
export async function steersSent(db: Kysely<Database>, chatId: string, { withinMs = 3_000 } = {}): Promise<void> {
  const until = performance.now() + withinMs;
  while ((await isOnItsWay(db, chatId)) && performance.now() < until) await sleep(LOOK_EVERY_MS);
}

async function isOnItsWay(db: Kysely<Database>, chatId: string): Promise<boolean> {
  const row = await db
    .selectFrom("queued_message")
    .select("id")
    .where("chat_id", "=", chatId)
    .where("kind", "=", "steer")
    .where("state", "in", ["waiting", "sending"])
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
