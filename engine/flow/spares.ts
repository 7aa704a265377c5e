import { afterRunFinished, afterRunStarted, needsSpare, type IdleProcesses } from "../core/spare.ts";

/** A process boots in one to two seconds. */
const BOOT_MS = 2_000;
/** A worker that registers asks for its first run within milliseconds. */
const FIRST_RUNS_MS = 500;

/** The engine's view of the worker's idle processes. Kept in memory: it is gone with the worker, and so are they. */
export class Spares {
  #idle: IdleProcesses = [];
  /** Until then a person's run may be booting its own process: a spare would take the processor away from it. */
  #busyUntil = new Date(0);

  runStarted(now: Date): void {
    if (this.#idle.length === 0) this.#busyUntil = new Date(now.getTime() + BOOT_MS);
    this.#idle = afterRunStarted(this.#idle, now);
  }

  runFinished(now: Date, processSurvived: boolean): void {
    this.#idle = afterRunFinished(this.#idle, now, processSurvived);
  }

  isNeeded(now: Date): boolean {
    return now >= this.#busyUntil && needsSpare(this.#idle, now);
  }

  /** Another worker, or another version: the processes counted so far cannot serve it. Waiting runs go first. */
  reset(now: Date): void {
    this.#idle = [];
    this.#busyUntil = new Date(now.getTime() + FIRST_RUNS_MS);
  }
}
