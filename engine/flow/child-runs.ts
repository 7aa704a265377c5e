import type { Run } from "../store/runs.ts";
import type { StoreTx } from "../store/store.ts";
import type { Waitpoint } from "../store/waitpoints.ts";
import type { WaitpointResult } from "../core/waitpoint.ts";
import { tellRun } from "./input.ts";

/** What a run's end means to the one that waits for it. */
const resultOf = (run: Run): WaitpointResult =>
  run.status === "COMPLETED_SUCCESSFULLY"
    ? { output: run.output, outputType: run.output_type, outputIsError: false }
    : { output: JSON.stringify(run.error ?? cancelled), outputIsError: true };

const cancelled = { type: "INTERNAL_ERROR", code: "TASK_RUN_CANCELLED", message: "Run was cancelled" };

/**
 * Completes what waits for a run that is over. Returns the runs that can go on: those that waited for it alone, or for a
 * batch of which it was the last. Locks go from child to parent, never the other way.
 */
export async function tellOfChild(tx: StoreTx, run: Run, now: Date): Promise<string[]> {
  const told: string[] = [];
  for (const waitpoint of await tx.waitpoints.completeOnRun(run.id, resultOf(run), now)) {
    if (await goesOn(tx, waitpoint)) told.push(waitpoint.run_id);
  }
  return told;
}

async function goesOn(tx: StoreTx, waitpoint: Waitpoint): Promise<boolean> {
  if (waitpoint.batch_id === null) return tellRun(tx, waitpoint);
  // Two that end at once take turns here: the second sees that it is the last.
  const batch = await tx.batches.lock(waitpoint.batch_id);
  const all = await tx.waitpoints.ofBatch(waitpoint.run_id, waitpoint.batch_id);
  const isComplete = all.length === batch?.run_count && all.every(({ completed_at }) => completed_at !== null);
  return isComplete && tellRun(tx, waitpoint, all);
}
