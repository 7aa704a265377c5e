import { expire } from "../core/run.ts";
import type { Engine } from "../engine.ts";
import { toState } from "../store/runs.ts";
import { changeRun } from "./end-run.ts";

/** Ends the queued runs whose time to live is over. */
export async function expireRuns(engine: Engine): Promise<void> {
  for (const id of await engine.store.runs.expired(engine.now())) {
    await changeRun(engine, id, (run) => expire(toState(run), engine.now()));
  }
}
