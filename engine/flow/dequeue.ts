import type { Engine } from "../engine.ts";
import type { Run } from "../store/runs.ts";

const HOLD_MS = 20_000;
/** A run that becomes due by the clock (a delayed retry) sends no signal. */
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
    if ((await engine.store.workers.newest())?.id !== workerId) return undefined;
    const run = await engine.store.runs.takeQueued(workerId, engine.now());
    if (run) return run;
    await changed;
  }
  return undefined;
}
