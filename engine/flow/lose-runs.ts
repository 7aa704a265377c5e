import { lose } from "../core/run.ts";
import type { Engine } from "../engine.ts";
import { toState } from "../store/runs.ts";
import { changeRun } from "./end-run.ts";

/** Ends (or puts back into the queue) runs whose worker is gone, and continues their sessions. Returns how many. */
export async function loseRuns(engine: Engine, runIds: readonly string[]): Promise<number> {
  let lost = 0;
  for (const runId of runIds) {
    const run = await changeRun(engine, runId, (locked) => lose(toState(locked), engine.now()));
    if (!run) continue;
    lost += 1;
    engine.log.warn({ run: runId, status: run.status }, "run lost with its worker");
  }
  return lost;
}

/** Every run that a worker holds. */
export async function loseAllRuns(engine: Engine): Promise<number> {
  engine.spares.reset(engine.now());
  return loseRuns(engine, await engine.store.runs.liveIds());
}

/** Runs that fell silent. Nobody else may have noticed: each lease has its reaper here. */
export async function loseSilentRuns(engine: Engine): Promise<number> {
  return loseRuns(engine, await engine.store.runs.withExpiredLease(engine.now()));
}
