import type { Kysely, Transaction } from "kysely";
import type { MessageQueue } from "../../tools/queue.ts";
import type { Database } from "../db/database.ts";
import { isStorable } from "../jsonb.ts";
import * as messages from "../messages.ts";
import { claimNext, lock, rowsOf, type LockedChat, type Outgoing } from "./claim.ts";
import { ofChat, type Which } from "./read.ts";
import type { Queued } from "./rules.ts";

/** Why nothing was changed. `sent`: the agent has it; `gone`: somebody took it away. */
export type Refusal = "sent" | "gone" | "full";

/** The queue as it is now, and what its changing makes go out at once: for the caller to send (send.ts). */
export type Changed = { queue: MessageQueue; out: Outgoing[] } | { refused: Refusal };

/** What a change of its own has claimed, if any; `evenFailed`: what waits goes out although the last turn failed. */
type Work = { refused: Refusal } | { refused?: undefined; out?: Outgoing[]; evenFailed?: boolean };

/** Changes the queue of a chat in one transaction. Undefined: no such chat of this owner. */
export async function change(
  db: Kysely<Database>,
  which: Which,
  work: (trx: Transaction<Database>, chat: LockedChat, rows: Queued[]) => Promise<Work>,
): Promise<Changed | undefined> {
  if (!isStorable(which.chatId)) return undefined;
  return db.transaction().execute(async (trx) => {
    const chat = await lock(trx, which);
    if (!chat) return undefined;
    const worked = await work(trx, chat, await rowsOf(trx, chat.id));
    if (worked.refused !== undefined) return worked;
    const { out = [], evenFailed } = worked;
    out.push(...(await claimNext(trx, chat, { evenFailed })));
    return { queue: await ofChat(trx, chat), out };
  });
}

/** Why a message that is asked for does not wait. */
export async function whereabouts(
  trx: Transaction<Database>,
  chatId: string,
  rows: readonly Queued[],
  id: string,
): Promise<"waiting" | "sent" | "gone"> {
  const row = rows.find((row) => row.id === id);
  if (row) return row.state === "waiting" ? "waiting" : "sent";
  return (await messages.find(trx, chatId, id)) ? "sent" : "gone";
}
