import { DELETED } from "./retention.ts";

/** Rules of a session: what its runs are told, and when a run that ended must be followed by another. */

type Payload = Record<string, unknown>;

/** Times one unanswered record may start a run before the session is left to its owner. */
const MAX_RETRIES = 10;

/** The payload of the session's first run: what the creator sent, and where the conversation lives. */
export function firstPayload(basePayload: Payload, sessionId: string): Payload {
  return { ...basePayload, sessionId };
}

/**
 * The payload of a later run. What belonged to the first turn (its message, its trigger) must not be repeated; the run
 * reads what is unanswered from the session's input.
 */
export function continuationPayload(basePayload: Payload, sessionId: string, previousRunId: string): Payload {
  const { message: _message, messages: _messages, trigger: _trigger, ...rest } = basePayload;
  return { ...rest, sessionId, continuation: true, previousRunId };
}

/**
 * Whether an input record asks for an answer, so that a run which ends without giving one has to be continued. A stop or
 * a close asks for nothing, and a skipped hand-over is followed by a message of its own.
 */
export function wantsAnswer(rawInput: string): boolean {
  let input: unknown;
  try {
    input = JSON.parse(rawInput);
  } catch {
    return false;
  }
  if (typeof input !== "object" || input === null || !("kind" in input)) return false;
  if (input.kind === "handover" || input.kind === "action") return true;
  if (input.kind !== "message" || !("payload" in input)) return false;
  const { payload } = input;
  const trigger = typeof payload === "object" && payload !== null && "trigger" in payload ? payload.trigger : undefined;
  return trigger !== "close" && trigger !== "preload";
}

type Closing = { closed_at: Date | null; closed_reason: string | null };

/**
 * What closing a session changes; undefined: nothing. It is closed once, and keeps its reason; only that it was deleted is
 * still to be heard of one that is closed.
 */
export function close(session: Closing, reason: string | undefined, now: Date): Closing | undefined {
  if (session.closed_at === null) return { closed_at: now, closed_reason: reason ?? null };
  if (reason !== DELETED || session.closed_reason === DELETED) return undefined;
  return { closed_at: session.closed_at, closed_reason: reason };
}

export type Retry = { seq: number; count: number };

/**
 * After a run ended with `unansweredSeq` (the oldest input record that wants an answer) still open: how long to wait
 * before the next run, or undefined when that record has ended too many runs already.
 */
export function nextRetry(
  previous: Retry | null,
  unansweredSeq: number,
): { retry: Retry; delayMs: number } | undefined {
  const count = previous?.seq === unansweredSeq ? previous.count + 1 : 1;
  if (count > MAX_RETRIES) return undefined;
  // The first continuation follows at once; a run that dies again and again must not spin.
  const delayMs = count === 1 ? 0 : Math.min(250 * 2 ** (count - 2), 15_000);
  return { retry: { seq: unansweredSeq, count }, delayMs };
}
