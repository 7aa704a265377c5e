import { setTimeout as sleep } from "node:timers/promises";
import { outageOf } from "../outage.ts";

/** Longer than any restart; what is still out of reach then is worth a failed turn. */
const PATIENCE_MS = 10 * 60_000;
const MOST_PAUSE_MS = 2_000;

/**
 * Does again what an outage broke off, until it has gone through: a question whose run met a restarting Postgres must be
 * answered like any other. `work` may have been done when its connection broke, so it must come to the same when it is
 * done twice. Other errors are thrown as they are, and an outage of more than `patienceMs` too.
 */
export async function throughOutages<T>(work: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (let pause = 50; ; pause = Math.min(2 * pause, MOST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (outageOf(error) === undefined || Date.now() > deadline) throw error;
    }
    await sleep(pause);
  }
}
