import type { Engine } from "../engine.ts";
import type { Batch } from "../store/batches.ts";
import { announce, createTaskRun, type TriggerRequest } from "./trigger.ts";

class PlaceTaken extends Error {}

/** Starts one run of a batch; false if it was started already (its items were sent again). */
export async function addToBatch(
  engine: Engine,
  batch: Batch,
  request: TriggerRequest & { batch: { index: number } },
): Promise<boolean> {
  const { index } = request.batch;
  if (batch.run_ids[index]) return false;
  const whole = {
    ...request,
    parentRunId: batch.parent_id ?? undefined,
    resumeParentOnCompletion: batch.resumes_parent,
  };
  try {
    const triggered = await engine.store.transaction(async (tx) => {
      const created = await createTaskRun(engine, tx, whole);
      if (!(await tx.batches.setRun(batch.id, index, created.run.id))) throw new PlaceTaken();
      return created;
    });
    announce(engine, triggered);
    return true;
  } catch (error) {
    if (error instanceof PlaceTaken) return false;
    throw error;
  }
}
