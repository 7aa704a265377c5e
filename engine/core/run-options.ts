import { durationMs } from "./waitpoint.ts";

/** What the owner of a run may ask for (`TriggerTaskRequestBody.options`, `SessionTriggerConfig` of @trigger.dev/core). */
export type Wishes = {
  delay?: string | Date;
  ttl?: string | number;
  priority?: number;
  idempotencyKey?: string;
  idempotencyKeyTTL?: string;
};

export type Times = {
  /** No worker gets it before; a priority in seconds moves it ahead of what was queued in that time. */
  availableAt: Date;
  delayedUntil: Date | null;
  ttl: string | null;
  expiresAt: Date | null;
  idempotencyUntil: Date | null;
};

/** A key is remembered for thirty days unless its owner says otherwise. */
const KEY_DAYS = 30;

/** When a run may start, when it must have, and how long its key is taken. Throws a RangeError that names what is no duration. */
export function timesOf(wishes: Wishes, now: Date): Times {
  const duration = (name: string, text: string) => {
    const ms = durationMs(text, now);
    if (ms === undefined) throw new RangeError(`${name} is neither a duration nor a date`);
    return ms;
  };
  const after = (from: Date, ms: number) => new Date(from.getTime() + ms);
  const { delay, ttl, priority = 0 } = wishes;
  const delayMs = delay === undefined ? 0 : duration("delay", delay instanceof Date ? delay.toISOString() : delay);
  const due = after(now, delayMs);
  const ttlText = ttl === undefined || ttl === 0 ? null : typeof ttl === "number" ? `${ttl}s` : ttl;
  const keyMs = duration("idempotencyKeyTTL", wishes.idempotencyKeyTTL ?? `${KEY_DAYS}d`);
  return {
    availableAt: after(due, delayMs > 0 ? 0 : -priority * 1000),
    delayedUntil: delayMs > 0 ? due : null,
    ttl: ttlText,
    expiresAt: ttlText === null ? null : after(due, duration("ttl", ttlText)),
    idempotencyUntil: wishes.idempotencyKey === undefined ? null : after(now, keyMs),
  };
}

const FREES_ITS_KEY = new Set(["COMPLETED_WITH_ERRORS", "CRASHED", "SYSTEM_FAILURE", "TIMED_OUT", "EXPIRED"]);

/** A run that failed gives its idempotency key back, so that the next trigger tries again; a cancelled one keeps it. */
export const keepsKey = (status: string) => !FREES_ITS_KEY.has(status);

/** The queue of a task that names none. */
export const ownQueue = (task: string) => `task/${task}`;
