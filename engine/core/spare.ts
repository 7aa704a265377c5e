/**
 * Keeps count of the worker's idle processes, which only the worker knows for certain: a finished run leaves one behind
 * for 30 seconds, a starting run takes one (`taskRunProcessPool.js` of the CLI). Wrong counts cost a cold start, never
 * a message.
 */
export type IdleProcesses = readonly Date[];

const IDLE_MS = 30_000;
/** A spare is renewed before the worker ends it, so that no gap opens. */
const RENEW_BEFORE_MS = 6_000;

const expires = (since: Date) => since.getTime() + IDLE_MS;

/** What ended one process from outside may have ended the idle ones too, and of those nobody is told: count none. */
export function afterRunFinished(idle: IdleProcesses, now: Date, processSurvived: boolean): IdleProcesses {
  return processSurvived ? [...idle, now] : [];
}

/** The worker hands out the process that has waited longest. */
export function afterRunStarted(idle: IdleProcesses, now: Date): IdleProcesses {
  return idle.filter((since) => expires(since) > now.getTime()).slice(1);
}

export function needsSpare(idle: IdleProcesses, now: Date): boolean {
  return !idle.some((since) => expires(since) - RENEW_BEFORE_MS > now.getTime());
}
