import { sql, type Kysely } from "kysely";
import type { Database } from "../db/database.ts";
import { deliver } from "../delivery.ts";
import { repeat } from "../repeat.ts";
import type { Services } from "../services.ts";
import type { Continuation } from "./give.ts";

const EVERY_MS = 1_000;
/** Times the attempts so far. A run that boots and begins takes longer than a request that says so. */
const SENDING_MS = 3_000;
const SENT_MS = 15_000;
const MOST_ATTEMPTS = 5;

const GIVEN_UP = "Your answer is kept, but the conversation could not go on with it. Try again.";

type Needs = Pick<Services, "db" | "realtime" | "log">;

/** Asks the agent to go on. It never throws: what fails, or dies with this process, is sent again by the sweep. */
export async function send({ db, realtime, log }: Needs, { chat, action, attempts, hasSession }: Continuation) {
  try {
    if (attempts > 1) {
      await deliver({ db, realtime }, chat, { action });
    } else {
      if (!hasSession) await realtime.ensureRun(chat);
      await realtime.sendAction(chat, action);
    }
    await db
      .updateTable("tool_continuation")
      .set({ is_sent: true })
      .where("chat_id", "=", chat.chatId)
      .where("attempt", "=", action.attempt)
      .where("attempts", "=", attempts)
      .execute();
  } catch (error) {
    log.warn({ err: error, chatId: chat.chatId, attempts }, "an answer could not be sent on");
  }
}

/**
 * Looks every second for answers that have not led to a turn. Sending one again is harmless: its attempt is known once the
 * turn has begun, which takes its row away (turns.ts).
 */
export function startContinuations(services: Needs): () => void {
  return repeat(() => sweep(services), {
    everyMs: EVERY_MS,
    onfailed: (err) => services.log.warn({ err }, "the answers of people could not be looked at"),
  });
}

/** One round, waited for. */
export async function sweep(services: Needs): Promise<void> {
  const overdue = await claimOverdue(services.db);
  await giveUp(services);
  await Promise.all(overdue.map((one) => send(services, one)));
}

/** Two servers that look at the same time: the second finds that it was just sent. */
async function claimOverdue(db: Kysely<Database>): Promise<Continuation[]> {
  const { rows } = await sql<{
    chat_id: string;
    message_id: string;
    attempt: string;
    attempts: number;
    owner_id: string;
    model: string | null;
  }>`
    update tool_continuation c set attempts = c.attempts + 1, is_sent = false, sent_at = now()
    from chat
    where chat.id = c.chat_id and chat.deleted_at is null and c.attempts < ${MOST_ATTEMPTS} and ${isOverdue}
    returning c.chat_id, c.message_id, c.attempt, c.attempts, chat.owner_id,
      coalesce(
        (select metadata ->> 'model' from message m where m.chat_id = c.chat_id and m.id = c.message_id), chat.model
      ) as model`.execute(db);
  return rows.map(({ chat_id, message_id, attempt, attempts, owner_id, model }) => ({
    chat: { chatId: chat_id, ownerId: owner_id, model },
    action: { type: "answer", messageId: message_id, attempt },
    attempts,
    hasSession: true,
  }));
}

const isOverdue = sql<boolean>`c.sent_at < now()
  - c.attempts * (case when c.is_sent then ${SENT_MS}::int else ${SENDING_MS}::int end) * interval '1 millisecond'`;

/** The person is told, and what they decided stays. */
async function giveUp({ db, log }: Needs): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    with lost as (
      delete from tool_continuation c where c.attempts >= ${MOST_ATTEMPTS} and ${isOverdue} returning chat_id, attempt
    )
    update chat set status = 'failed', status_detail = ${GIVEN_UP}, answering_id = null, answering_attempt = null
    from lost where chat.id = lost.chat_id and chat.status = 'running' and chat.answering_attempt = lost.attempt
    returning chat.id`.execute(db);
  for (const { id } of rows) log.error({ chatId: id }, "gave up on an answer that was to go on");
}
