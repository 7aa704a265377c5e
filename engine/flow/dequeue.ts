import type { Engine } from "../engine.ts";
import type { QueueLimit, Run } from "../store/runs.ts";
import type { Worker } from "../store/workers.ts";

const HOLD_MS = 20_000;
/** A run that becomes due by the clock (a delayed retry) sends no signal, nor does a place that a waiting run leaves. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Waits for a run for this worker; undefined when none came in time, or the worker is not the newest any more (runs go
 * to the newest build only). If the worker leaves while we wait, nothing is taken for it.
 */
export async function nextRunFor(engine: Engine, workerId: string, left: AbortSignal): Promise<Run | undefined> {
  const deadline = Date.now() + HOLD_MS;
  while (!left.aborted && Date.now() < deadline) {
    const wake = AbortSignal.any([left, AbortSignal.timeout(LOOK_AGAIN_MS)]);
    const changed = engine.signals.nextQueueChange(wake);
    const newest = await engine.store.workers.newest();
    if (newest?.id !== workerId) return undefined;
    // A run that stands still for another does not count: it would keep the place that the other needs.
    if ((await engine.store.runs.counts(engine.now())).live < engine.config.ENGINE_MAX_RUNS) {
      const run = await engine.store.runs.takeQueued(workerId, engine.now(), limitsOf(newest));
      if (run) return run;
    }
    await changed;
  }
  return undefined;
}

const limitsOf = ({ queues }: Worker): QueueLimit[] =>
  queues.flatMap(({ name, concurrencyLimit: limit }) => (typeof limit === "number" ? [{ name, limit }] : []));
