import { sql, type Kysely } from "kysely";
import type { Database } from "../db/database.ts";
import type { LiveFeed } from "../live.ts";
import type { Services } from "../services.ts";
import { claimNext, claimOverdue, lock } from "./claim.ts";
import { SENDING_MS, SENT_MS } from "./rules.ts";
import { send } from "./send.ts";

const EVERY_MS = 1_000;

type Needs = Pick<Services, "db" | "realtime" | "log">;

/**
 * Sends what waits in the queues of all people: at once when the live feed tells of a chat, and every second what was
 * missed. Every web server does it. What goes out is claimed under the lock of its chat, so two of them never send two
 * messages, or one out of its order.
 */
export function startDispatcher(services: Needs, live: Pick<LiveFeed, "subscribeAll">): () => void {
  const heard = new Set<string>();
  let isSweepDue = true;
  let isLooking = false;
  let stopped = false;

  // One look at a time, at all that was heard of meanwhile. It waits for nothing that goes out: an engine that is slow
  // for one chat must not hold up the others.
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    while ((isSweepDue || heard.size > 0) && !stopped) {
      const chatIds = isSweepDue ? undefined : [...heard];
      isSweepDue = false;
      heard.clear();
      try {
        for (const chatId of await ready(services.db, chatIds)) void dispatch(services, chatId);
      } catch (error) {
        services.log.warn({ err: error }, "the message queues could not be looked at");
      }
    }
    isLooking = false;
  };
  const sweepSoon = () => {
    isSweepDue = true;
    void look();
  };

  const unsubscribe = live.subscribeAll((event) => {
    if (event.type === "resync") return sweepSoon();
    heard.add(event.chatId);
    void look();
  });
  const timer = setInterval(sweepSoon, EVERY_MS).unref();
  void look();
  return () => {
    stopped = true;
    unsubscribe();
    clearInterval(timer);
  };
}

/** One round, waited for. For tests. */
export async function sweep(services: Needs): Promise<void> {
  await Promise.all((await ready(services.db)).map((chatId) => dispatch(services, chatId)));
}

/** Sends what one chat has to send now, if anything. Never throws: the next sweep looks again. */
async function dispatch(services: Needs, chatId: string): Promise<void> {
  const { db, log } = services;
  try {
    const claimed = await db.transaction().execute(async (trx) => {
      const chat = await lock(trx, { chatId });
      if (!chat) return undefined;
      const { out, gaveUp } = await claimOverdue(trx, chat);
      return { out: [...out, ...(await claimNext(trx, chat))], gaveUp };
    });
    if (!claimed) return;
    if (claimed.gaveUp.length > 0) log.error({ chatId, messageIds: claimed.gaveUp }, "gave up on a queued message");
    await send(services, claimed.out);
  } catch (error) {
    log.warn({ err: error, chatId }, "a message queue could not be looked after");
  }
}

/**
 * The chats (of the given ones, or of all) that seem to have something to send. One statement that goes by the rows of the
 * queue, because most chats have none; the rules decide with the chat locked (rules.ts).
 */
async function ready(db: Kysely<Database>, chatIds?: string[]): Promise<string[]> {
  const ago = (ms: number) => sql<Date>`now() - ${ms} * interval '1 millisecond'`;
  const rows = await db
    .selectFrom("queued_message")
    .innerJoin("chat", "chat.id", "queued_message.chat_id")
    .select("chat.id")
    .distinct()
    .$if(chatIds !== undefined, (query) => query.where("queued_message.chat_id", "in", chatIds ?? []))
    .where("chat.deleted_at", "is", null)
    .where((eb) =>
      eb.or([
        eb.and([
          eb("queued_message.state", "=", "waiting"),
          eb("chat.first_turn", "=", "done"),
          eb.or([
            eb.and([eb("chat.status", "=", "idle"), eb("chat.queue_paused_at", "is", null)]),
            eb.and([eb("chat.status", "=", "running"), eb("queued_message.kind", "=", "steer")]),
          ]),
        ]),
        eb.and([eb("queued_message.state", "=", "sending"), eb("queued_message.sent_at", "<", ago(SENDING_MS))]),
        eb.and([
          eb("queued_message.state", "=", "sent"),
          eb("chat.status", "<>", "running"),
          eb("queued_message.sent_at", "<", ago(SENT_MS)),
        ]),
      ]),
    )
    .execute();
  return rows.map(({ id }) => id);
}
