import { cancel } from "../core/run.ts";
import type { Engine } from "../engine.ts";
import { isOver, toState } from "../store/runs.ts";
import { changeRun } from "./end-run.ts";

/** Cancels a run and those that it started and that are not over. Again changes nothing. */
export async function cancelRun(engine: Engine, runId: string): Promise<void> {
  await changeRun(engine, runId, (run) => cancel(toState(run), engine.now()));
  for (const child of await engine.store.runs.childrenOf(runId)) if (!isOver(child)) await cancelRun(engine, child.id);
}
