import { chat as headStart } from "@trigger.dev/sdk/chat-server";
import { streamText } from "ai";
import { setTimeout as sleep } from "node:timers/promises";
import { INSTRUCTIONS } from "../tools/instructions.ts";
import type { HeadStartAnswer, SkeinMessage } from "../tools/message.ts";
import { toolSchemas } from "../tools/tool-schemas.ts";
import { AnswerMeter } from "./answer-meter.ts";
import { deliver } from "./delivery.ts";
import { withFiles } from "./files/model-files.ts";
import * as firstTurn from "./first-turn.ts";
import { headStartStep } from "./head-start-step.ts";
import { AGENT } from "../tools/agents.ts";
import { sessionTagsOf, tagsOf, type Realtime } from "./realtime.ts";
import type { Services } from "./services.ts";

/** How long a page waits for the session to be there. Without it, the page looks again until it is. */
const START_BUDGET_MS = 800;
const RENEW_MS = 1_000;
/** A request to the platform each time. */
const LOOK_MS = 3_000;
/** After its last word, a step is in the session and handed over within milliseconds. */
const HAND_OVER_MS = 2_500;
/** Whoever asks to stop says so (`stopHeadStart`); this is for when that is not heard, and it is one row by its key. */
const STOP_POLL_MS = 300;
const RETRY_MS = 2_000;
/** The SDK cuts the step off after it; what hangs is cut off by the model's own timeout, much earlier. */
const LONGEST_STEP_S = 3_600;

/** The page that lost the claim has to wait as well: until the session is there, nothing can be resumed. */
const starting = new Map<string, Promise<void>>();

/** The steps that this process has, by their chats. */
const steps = new Map<string, Step>();

/** Stops the step of a chat, if this process has it. What was asked for is in the database by then. */
export function stopHeadStart(chatId: string): void {
  steps.get(chatId)?.stop.abort();
}

/**
 * Starts a chat's first turn in this process, which is warm, while the agent's boots: step 1 streams into the session,
 * and the agent takes over inside the same message. Never throws and never keeps a page waiting for long; whatever goes
 * wrong, the question is sent as an ordinary turn, by us or by the recovery sweep.
 */
export async function claimAndStart(
  services: Services,
  which: { ownerId: string; chatId: string },
): Promise<"started" | "not-pending"> {
  try {
    const claimed = await firstTurn.claim(services.db, which);
    if (!claimed) {
      await within(START_BUDGET_MS, starting.get(which.chatId));
      return "not-pending";
    }
    const begun = start(services, claimed).finally(() => starting.delete(which.chatId));
    starting.set(which.chatId, begun);
    await within(START_BUDGET_MS, begun);
    return "started";
  } catch (error) {
    services.log.error({ err: error, chatId: which.chatId }, "head start could not be claimed");
    return "not-pending";
  }
}

/** Resolves when the session is there, or when that failed; the step itself goes on. */
async function start(services: Services, claimed: firstTurn.Claimed): Promise<void> {
  const { db, log } = services;
  const step = new Step();
  steps.set(claimed.id, step);
  step.over.signal.addEventListener("abort", () => {
    if (steps.get(claimed.id) === step) steps.delete(claimed.id);
  });
  try {
    const asked = await firstTurn.question(db, claimed);
    if (!asked) throw new Error("The chat has no question.");
    const { question, isFirst } = asked;
    // A head start gives the model one question, and a fork has a conversation above it.
    if (!isFirst) {
      await deliver(services, addressOf(claimed), { message: question });
      await firstTurn.delivered(db, claimed.id);
      step.over.abort();
      return;
    }
    void keep(services, claimed.id, step);
    const { completion } = await begin(services, claimed, question, step);
    handedOver(services, claimed.id, completion, step)
      .catch(async (error: unknown) => {
        log.warn(
          { err: error, chatId: claimed.id },
          "head start not handed over, the question becomes an ordinary turn",
        );
        await deliver(services, addressOf(claimed), { message: question });
        await firstTurn.delivered(db, claimed.id);
      })
      .catch((error: unknown) => giveBack(services, claimed.id, error))
      .finally(() => step.over.abort());
  } catch (error) {
    step.over.abort();
    await giveBack(services, claimed.id, error);
  }
}

class Step {
  /** The person wants no more of it. */
  readonly stop = new AbortController();
  /** Nobody would take it over any more. */
  readonly lost = new AbortController();
  readonly over = new AbortController();
  /** The run that waits for the hand-over. */
  runId?: string | null;
  end!: (how: PromiseLike<unknown>) => void;
  /** Settles when the model has said its last word. */
  readonly ended = new Promise<unknown>((resolve) => (this.end = resolve));
}

/**
 * Rejects when nobody has heard the hand-over: the run that waited for it died, or the session takes no more, which the
 * SDK does not notice (its writer waits for ever for an engine that was restarted).
 */
async function handedOver({ realtime }: Services, chatId: string, completion: Promise<void>, step: Step) {
  // To know which run it is, before it can be replaced.
  const look = () => isLost(realtime, chatId, step).catch(() => false);
  void look();
  const lost = new Promise<never>((_resolve, reject) => {
    step.lost.signal.addEventListener("abort", () => reject(new Error("The run that waited for it is gone.")));
  });
  const stuck = step.ended
    .catch(() => {})
    .then(() => sleep(HAND_OVER_MS, undefined, { ref: false }))
    .then(() => Promise.reject(new Error("The session does not take it.")));
  await Promise.race([completion, lost, stuck]);
  // The run may have died since the last look.
  if (await look()) throw new Error("The run that waited for it is gone.");
}

/** Whether the run that is to take the step over has died. The first run seen is that one. */
async function isLost(realtime: Realtime, chatId: string, step: Step): Promise<boolean> {
  const current = await realtime.currentRun(chatId);
  if (current.session === "none") return false;
  step.runId ??= current.runId;
  return !current.isLive || current.runId !== step.runId;
}

function begin(services: Services, claimed: firstTurn.Claimed, question: SkeinMessage, step: Step) {
  const { config, db, files, models } = services;
  const model = models.choose(claimed.model);
  return headStart.startHeadStart({
    agentId: AGENT,
    chatId: claimed.id,
    messages: [question],
    metadata: claimed.model === null ? {} : { model: claimed.model },
    tags: sessionTagsOf(claimed.owner_id),
    triggerConfig: { tags: tagsOf(claimed.owner_id) },
    idleTimeoutInSeconds: LONGEST_STEP_S,
    apiClient: {
      baseURL: config.trigger.apiUrl,
      accessToken: config.trigger.secretKey,
      // Unlike our own requests: a hand-over that gets lost is an answer given twice.
      requestOptions: { retry: { maxAttempts: 3 } },
    },
    run: ({ chat, signal }) => {
      const result = streamText({
        ...chat.toStreamTextOptions({ tools: toolSchemas }),
        ...withFiles(models.resolve(model.id), model, { db, files, chatId: claimed.id }),
        instructions: INSTRUCTIONS,
        abortSignal: AbortSignal.any([signal, step.stop.signal, step.lost.signal]),
        // The agent makes the second attempt.
        maxRetries: 0,
        onError: () => {},
      });
      const metadata = { replyTo: question.id, model: model.id, createdAt: new Date().toISOString() };
      const meter = new AnswerMeter({ model: model.id, metadata });
      const handed = headStartStep(result as never, {
        meter,
        stop: step.stop.signal,
        onanswered: (parts) =>
          remember(services, claimed.id, { ...metadata, parts, ...(meter.usage ? { usage: meter.usage } : {}) }),
        onrefused: (sentence) => firstTurn.refuse(db, claimed.id, sentence),
      });
      step.end(handed.finishReason);
      return Promise.resolve(handed as never);
    },
  });
}

/** What the answer took is worth no answer. */
async function remember({ db, log }: Services, chatId: string, answer: HeadStartAnswer): Promise<void> {
  await firstTurn.answered(db, chatId, answer).catch((error: unknown) => {
    log.warn({ err: error, chatId }, "what a head start took could not be stored");
  });
}

/**
 * While the step runs: says that this process still has it, watches for somebody who wants it to stop, and for the death
 * of the run that is to take it over.
 */
async function keep({ db, log, realtime }: Services, chatId: string, step: Step): Promise<void> {
  const { stop, lost, over } = step;
  let renewAt = Date.now() + RENEW_MS;
  let lookAt = Date.now() + LOOK_MS;
  for (; !over.signal.aborted; await sleep(STOP_POLL_MS, undefined, { signal: over.signal }).catch(() => {})) {
    try {
      if (!stop.signal.aborted && (await firstTurn.stopRequested(db, chatId))) stop.abort();
      if (Date.now() >= renewAt) {
        // Not before it is renewed: after an outage the next round, not the next second, is the time to try again.
        if (!(await firstTurn.renew(db, chatId))) return;
        renewAt = Date.now() + RENEW_MS;
      }
      if (Date.now() < lookAt || step.runId === undefined) continue;
      lookAt = Date.now() + LOOK_MS;
      if (await isLost(realtime, chatId, step)) lost.abort();
    } catch (error) {
      log.warn({ err: error, chatId }, "the lease of a head start could not be renewed");
    }
  }
}

async function giveBack({ db, log }: Services, chatId: string, error: unknown): Promise<void> {
  log.warn({ err: error, chatId }, "head start not possible, the sweep will try again");
  await firstTurn.release(db, chatId, RETRY_MS).catch((cause: unknown) => {
    // Its lease runs out.
    log.error({ err: cause, chatId }, "a first turn could not be given back");
  });
}

function addressOf({ id, owner_id, model }: firstTurn.Claimed) {
  return { chatId: id, ownerId: owner_id, model };
}

async function within(ms: number, work: Promise<void> | undefined): Promise<void> {
  if (work) await Promise.race([work, sleep(ms, undefined, { ref: false })]);
}
