import { sql } from "kysely";
import type { AgentName } from "../tools/agents.ts";
import type { ChatRow } from "./chats.ts";
import { alone, LOCKS } from "./db/alone.ts";
import { deliver } from "./delivery.ts";
import * as firstTurn from "./first-turn.ts";
import { look, startWatch, type Watch } from "./recovery-plan.ts";
import { repeat } from "./repeat.ts";
import type { Services } from "./services.ts";
import { unanswered } from "./unanswered.ts";

const EVERY_MS = 1_000;
/** A new chat's own page claims its first turn within milliseconds. */
const VISITOR_GRACE_MS = 4_000;
const RETRY_MS = 5_000;

const GIVEN_UP = "The answer was interrupted and could not be recovered. Try again.";

const RUNNING = [
  ...(["id", "owner_id", "model", "agent", "run_id", "head_id"] as const),
  ...(["answering_id", "answering_attempt"] as const),
];
type RunningChat = Pick<ChatRow, (typeof RUNNING)[number]>;

/**
 * Looks every second for questions that nobody is answering any more and sees to it that somebody does: at once
 * when the server starts, and by one web server at a time. On the embedded engine most of this has happened before the
 * sweep looks, because it continues runs by itself; Trigger.dev does not.
 *
 * It may act on a turn that is about to recover by itself, so nothing it does may lead to two answers:
 *
 * - A first turn is claimed by the same atomic update as by a page, so a page and a sweep never both start it.
 * - The process of a head start died before its hand-over: the waiting run is told to go, and the question is sent.
 *   If it was only slow (its lease ran out while it lived), its hand-over is first on `.in` and the question after it;
 *   by the time the agent reads the question it has been answered, and loadContext makes it a no-op. If the skip comes
 *   first, the run ends, the late hand-over finds nobody, and the question is answered once, by the next run.
 * - It died after its hand-over and the run died too: the step it wrote is stored as unfinished, the new run finds only
 *   a hand-over and waits. After BOOT_MS the question is sent; an unfinished answer does not count, so it is answered.
 * - The run died in an ordinary turn: ensuring a run is idempotent; the new run re-reads `.in`, whose records are
 *   answered or not by the same rule. Somebody else ensured one first: nothing happens.
 * - It died in an action's turn (an edit is a question by then; a regenerate and a continue have an attempt): the action
 *   is on `.in` before the position that was saved last, so the new run reads it again and knows what it did. Sent by
 *   us, it is the same action with the same attempt.
 * - The question is sent although the new run has begun it: it is queued behind that turn, and a no-op after it. If that
 *   turn fails, it is tried once more, which is what the person would do.
 * - The old run is alive after all and finishes late: the new run has taken over `chat.run_id` when its turn began, and
 *   the storage ignores a finish by any other. If the old one finishes before that, the new one's turn is the no-op.
 * - The person stopped the turn meanwhile: the turn that recovers sees `stop_requested_at` and ends without an answer.
 *
 * A chat that needed help five times is given up, with a sentence and the question intact: a question that kills every
 * run would otherwise be asked for ever.
 */
export function startRecoverySweep(services: Services): () => void {
  const watches = new Map<string, Watch>();
  return repeat(() => sweep(services, watches, Date.now()), {
    everyMs: EVERY_MS,
    onfailed: (err) => services.log.warn({ err }, "recovery sweep failed"),
  });
}

/** One round. Exported for tests, which bring their own time. */
export async function sweep(services: Services, watches: Map<string, Watch>, now: number): Promise<void> {
  await alone(services.db, LOCKS.recovery, async () => {
    await Promise.all([firstTurns(services), runningChats(services, watches, now)]);
  });
}

async function firstTurns(services: Services): Promise<void> {
  const { db, log } = services;
  const abandoned = await firstTurn.claimAbandoned(db, VISITOR_GRACE_MS);
  await Promise.all(
    abandoned.map(async (chat) => {
      try {
        const what = await unanswered(db, chat);
        if (typeof what === "object") await deliver(services, addressOf(chat), what);
        await firstTurn.delivered(db, chat.id);
      } catch (error) {
        log.warn({ err: error, chatId: chat.id }, "an abandoned first turn could not be sent");
        await firstTurn.release(db, chat.id, RETRY_MS);
      }
    }),
  );
}

async function runningChats(services: Services, watches: Map<string, Watch>, now: number): Promise<void> {
  const running = await services.db
    .selectFrom("chat")
    .select(RUNNING)
    .where("status", "=", "running")
    .where("first_turn", "=", "done")
    .where("deleted_at", "is", null)
    .execute();
  const ids = new Set(running.map((chat) => chat.id));
  for (const id of watches.keys()) if (!ids.has(id)) watches.delete(id);
  await Promise.all(
    running.map(async (chat) => {
      const watch = watches.get(chat.id) ?? startWatch(now);
      watches.set(chat.id, watch);
      if (watch.at > now) return;
      try {
        await help(services, watches, chat, watch, now);
      } catch (error) {
        services.log.warn({ err: error, chatId: chat.id }, "a running chat could not be looked after");
        watches.set(chat.id, { ...watch, at: now + RETRY_MS });
      }
    }),
  );
}

async function help(services: Services, watches: Map<string, Watch>, chat: RunningChat, watch: Watch, now: number) {
  const { log, realtime } = services;
  const looked = look(watch, chat, await realtime.currentRun(chat.id), now);
  watches.set(chat.id, looked.watch);
  if (looked.step === "nothing") return;
  log.info({ chatId: chat.id, step: looked.step, attempts: looked.watch.attempts }, "recovering a chat");
  if (looked.step === "ensure-run") {
    await realtime.ensureRun(addressOf(chat));
    return;
  }
  const what = looked.step === "send-question" ? await unanswered(services.db, chat) : "unknown";
  if (what === "answered") await settle(services, chat);
  else if (what === "unknown") await giveUp(services, chat);
  else await deliver(services, addressOf(chat), what);
}

/** Its turn ended and nobody said so: nothing is left to wait for. */
async function settle({ db, log }: Services, chat: RunningChat): Promise<void> {
  log.warn({ chatId: chat.id, runId: chat.run_id }, "a running chat has its answer");
  await ended(db, chat).set({ status: "idle", status_detail: null }).execute();
}

async function giveUp({ db, log }: Services, chat: RunningChat): Promise<void> {
  log.error({ chatId: chat.id, runId: chat.run_id }, "gave up on a running chat");
  await ended(db, chat).set({ status: "failed", status_detail: GIVEN_UP }).execute();
}

function ended(db: Services["db"], chat: RunningChat) {
  return (
    db
      .updateTable("chat")
      .set({ answering_id: null, answering_attempt: null, first_turn_failure: null })
      .set({ stop_requested_at: null, stop_requested_for: null })
      .where("id", "=", chat.id)
      .where("status", "=", "running")
      // Not if a turn began meanwhile.
      .where(sql<boolean>`run_id is not distinct from ${chat.run_id}`)
  );
}

function addressOf({ id, owner_id, model, agent }: Pick<ChatRow, "id" | "owner_id" | "model"> & { agent?: AgentName }) {
  return { chatId: id, ownerId: owner_id, model, agent };
}
