import { shouldLookupRetrySettings } from "@trigger.dev/core/v3/errors";
import type { TaskRunExecutionResult } from "@trigger.dev/core/v3/schemas";
import { complete, crashRetryMs } from "../core/run.ts";
import type { Engine } from "../engine.ts";
import { toState, type Run } from "../store/runs.ts";
import type { StoreTx } from "../store/store.ts";
import { changeRun } from "./end-run.ts";
import { flushedWith, updateMetadata } from "./metadata.ts";

/**
 * Takes in what the worker reports at the end of an attempt: the run is over, or is tried again. Undefined, with nothing
 * changed, when that attempt is over already.
 */
export async function completeAttempt(
  engine: Engine,
  runId: string,
  snapshotId: string,
  completion: TaskRunExecutionResult,
): Promise<Run | undefined> {
  // Before the end, and apart from it: a parent that goes on finds what its child wrote, and two children of one batch
  // that end at once do not wait for each other's locks.
  const flushed = await flushedWith(completion);
  if (flushed) {
    await engine.store.transaction(async (tx) => {
      const run = await tx.runs.lock(runId);
      if (run && (await attemptOf(tx, run, snapshotId)) === run.attempt) await updateMetadata(tx, runId, flushed);
    });
  }
  return changeRun(engine, runId, async (run, tx) => {
    const attempt = await attemptOf(tx, run, snapshotId);
    if (attempt === undefined) return undefined;
    const change = complete(toState(run), attempt, completion, engine.now(), await afterCrash(tx, run, completion));
    if (change && completion.ok) await tx.runs.amend(runId, { output_type: completion.outputType });
    return change;
  });
}

/** The attempt that the worker saw in a snapshot of this run; undefined for a snapshot of another. */
async function attemptOf(tx: StoreTx, run: Run, snapshotId: string): Promise<number | undefined> {
  const seen = await tx.runs.snapshotById(snapshotId);
  return seen?.run_id === run.id ? seen.attempt : undefined;
}

/** A process that died could not say whether its task is tried again: its settings do. */
async function afterCrash(tx: StoreTx, run: Run, completion: TaskRunExecutionResult): Promise<number | undefined> {
  if (completion.ok || completion.retry || !shouldLookupRetrySettings(completion.error)) return undefined;
  const worker = run.worker_id === null ? undefined : await tx.workers.byId(run.worker_id);
  const declared = worker?.tasks.find(({ id }) => id === run.task)?.maxAttempts;
  return crashRetryMs(run.attempt, run.max_attempts ?? declared ?? 1);
}
