import { afterRunFinished, afterRunStarted, needsSpare, type IdleProcesses } from "../core/spare.ts";

/** The engine's view of the worker's idle processes. Kept in memory: it is gone with the worker, and so are they. */
export class Spares {
  #idle: IdleProcesses = [];

  runStarted(now: Date): void {
    this.#idle = afterRunStarted(this.#idle, now);
  }

  runFinished(now: Date, processSurvived: boolean): void {
    this.#idle = afterRunFinished(this.#idle, now, processSurvived);
  }

  isNeeded(now: Date): boolean {
    return needsSpare(this.#idle, now);
  }

  /** Another worker, or another version: the processes counted so far cannot serve it. */
  reset(): void {
    this.#idle = [];
  }
}
