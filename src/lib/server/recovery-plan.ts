import type { CurrentRun } from "./realtime.ts";

/** What the sweep remembers of a running chat, from one look to the next. */
export interface Watch {
  /** When to look again. */
  at: number;
  /** How often something was done about it. Never forgotten while it runs: a run that starts and dies is no progress. */
  attempts: number;
  /** The live run that has not begun the turn, and since when. */
  foreign?: { runId: string; since: number; told: boolean };
}

export type Step = "nothing" | "ensure-run" | "send-question" | "give-up";

export const FIRST_LOOK_MS = 3_000;
export const LOOK_MS = 5_000;
/** Longer than a run needs to boot and to begin the turn it finds. */
export const BOOT_MS = 15_000;
export const MOST_ATTEMPTS = 5;

export function startWatch(now: number): Watch {
  return { at: now + FIRST_LOOK_MS, attempts: 0 };
}

/**
 * What to do about a chat that says it is running, given the run that handles its session by now. A healthy turn is one
 * whose own run is alive.
 */
export function look(
  watch: Watch,
  chat: { run_id: string | null },
  current: CurrentRun,
  now: number,
): { watch: Watch; step: Step } {
  const later = { ...watch, at: now + LOOK_MS };
  if (current.session !== "none" && current.isLive && current.runId === chat.run_id)
    return { watch: { ...later, foreign: undefined }, step: "nothing" };
  if (current.session === "closed" || watch.attempts >= MOST_ATTEMPTS) return { watch: later, step: "give-up" };
  const tried = { ...later, attempts: watch.attempts + 1 };
  if (current.session === "none") return { watch: tried, step: "send-question" };
  // Nobody is there: a new run reads from `.in` what the dead one left unanswered.
  if (!current.isLive || current.runId === null) return { watch: { ...tried, foreign: undefined }, step: "ensure-run" };
  const { runId } = current;
  const foreign = watch.foreign?.runId === runId ? watch.foreign : { runId, since: now, told: false };
  // It has had the time to begin and did not: what it needed is not on `.in` (a head start that died after its hand-over,
  // a message that arrived while a run ended).
  if (!foreign.told && now - foreign.since >= BOOT_MS)
    return { watch: { ...tried, foreign: { ...foreign, told: true } }, step: "send-question" };
  return { watch: { ...later, foreign }, step: "nothing" };
}
