import { setTimeout as sleep } from "node:timers/promises";
import type { Kysely } from "kysely";
import type { ToolAnswer } from "../../tools/tool-answer.ts";
import type { Owned } from "../chats.ts";
import type { Database } from "../db/database.ts";
import { give, type Given } from "./give.ts";

const LOOK_EVERY_MS = 50;
const PATIENCE_MS = 5_000;

/**
 * The same as `give`. A page shows a request as it is streamed, which is a moment before the turn that makes it is over and
 * stored: whoever answers in that moment need not say it twice.
 */
export async function giveWhenAsked(
  db: Kysely<Database>,
  which: Owned,
  wanted: ToolAnswer,
  patienceMs = PATIENCE_MS,
): Promise<Given | undefined> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const given = await give(db, which, wanted);
    const isBusy = given !== undefined && "refused" in given && given.refused === "busy";
    if (!isBusy || performance.now() >= end) return given;
    await sleep(LOOK_EVERY_MS);
  }
}
