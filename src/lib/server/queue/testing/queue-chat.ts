import type { Kysely } from "kysely";
import { pino } from "pino";
import type { SkeinMessage } from "../../../tools/message.ts";
import type { Enqueue } from "../../../tools/queue.ts";
import type { ChatStatus } from "../../chats.ts";
import type { Database } from "../../db/index.ts";
import type { CurrentRun } from "../../realtime.ts";
import type { Services } from "../../services.ts";
import type { Changed } from "../change.ts";
import { enqueue } from "../enqueue.ts";
import { send } from "../send.ts";

/** What was appended to `.in`, in its order; `fails` makes every request fail. */
export class RecordedInput {
  readonly records: { chatId: string; kind: string; message?: SkeinMessage; model?: string | null }[] = [];
  fails = false;
  current: CurrentRun = { session: "open", runId: "run_1", isLive: false };
  readonly services: Services;

  constructor(db: Kysely<Database>) {
    const append = (record: (typeof this.records)[number]) =>
      this.fails ? Promise.reject(new Error("the engine is away")) : Promise.resolve(void this.records.push(record));
    const realtime = {
      currentRun: () => (this.fails ? Promise.reject(new Error("the engine is away")) : Promise.resolve(this.current)),
      ensureRun: ({ chatId }: { chatId: string }) => append({ chatId, kind: "ensure" }),
      sendHandoverSkip: (chatId: string) => append({ chatId, kind: "skip" }),
      waitForRunEnd: () => Promise.resolve(true),
      sendStop: (chatId: string) => append({ chatId, kind: "stop" }),
      sendMessage: ({ chatId, model }: { chatId: string; model: string | null }, message: SkeinMessage) =>
        append({ chatId, kind: "message", message, model }),
    };
    this.services = { db, realtime, log: pino({ level: "silent" }) } as unknown as Services;
  }

  /** The records of one chat: `stop`, `ensure`, or a message's id. */
  of(chatId: string): string[] {
    return this.records.flatMap((one) => (one.chatId === chatId ? [one.message?.id ?? one.kind] : []));
  }
}

/** A chat whose first turn is over: `u1`, answered by `a1`. Its session is known. */
export async function settledChat(db: Kysely<Database>, ownerId: string): Promise<string> {
  const chatId = crypto.randomUUID();
  const long = new Date(Date.now() - 60 * 60_000);
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto("chat")
      .values({
        id: chatId,
        owner_id: ownerId,
        title: "Chat",
        model: "demo:skein",
        head_id: "a1",
        last_activity_at: long,
      })
      .execute();
    const at = { chat_id: chatId, parts: "[]" };
    await trx
      .insertInto("message")
      .values([
        { ...at, id: "u1", parent_id: null, role: "user" },
        { ...at, id: "a1", parent_id: "u1", role: "assistant" },
      ])
      .execute();
    await trx.insertInto("chat_session").values({ chat_id: chatId, run_id: "run_1" }).execute();
  });
  return chatId;
}

/** As the storage leaves it: what runs works on `answering`. */
export async function setStatus(db: Kysely<Database>, chatId: string, status: ChatStatus, answering = "u1") {
  const isRunning = status === "running";
  await db
    .updateTable("chat")
    .set({ status, answering_id: isRunning ? answering : null, ...(isRunning ? {} : { stop_requested_at: null }) })
    .where("id", "=", chatId)
    .execute();
}

export const rowsOf = (db: Kysely<Database>, chatId: string) =>
  db.selectFrom("queued_message").selectAll().where("chat_id", "=", chatId).orderBy("position").execute();

export const chatRow = (db: Kysely<Database>, chatId: string) =>
  db.selectFrom("chat").selectAll().where("id", "=", chatId).executeTakeFirstOrThrow();

export const words = (text: string): Enqueue["message"]["parts"] => [{ type: "text", text }];

/** Enqueues, and sends what goes out with it, as a route does. */
export async function ask(
  input: RecordedInput,
  which: { ownerId: string; chatId: string },
  id: string,
  kind: Enqueue["kind"] = "queue",
): Promise<Changed | undefined> {
  return sent(input, await enqueue(input.services.db, which, { message: { id, parts: words(id) }, kind }));
}

export async function sent(input: RecordedInput, changed: Changed | undefined): Promise<Changed | undefined> {
  if (changed && "out" in changed) await send(input.services, changed.out);
  return changed;
}

/** The ids of what waits, or why not. */
export function waiting(changed: Changed | undefined): string[] | string | undefined {
  if (changed && "refused" in changed) return changed.refused;
  return changed?.queue.items.filter((item) => item.state === "waiting").map((item) => item.id);
}
