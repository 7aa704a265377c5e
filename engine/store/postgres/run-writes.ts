import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { RunChange } from "../../core/run.ts";
import { newId } from "../../ids.ts";
import type { NewRun, Run } from "../runs.ts";
import type { Tx } from "./database.ts";

export function insert(tx: Tx, run: NewRun): Promise<Run> {
  const traceId = randomBytes(16).toString("hex");
  const spanId = randomBytes(8).toString("hex");
  const { metadata, ...options } = run.options ?? {};
  return tx
    .insertInto("engine.run")
    .values({
      ...options,
      ...(metadata && { metadata: JSON.stringify(metadata) as never }),
      id: newId("run"),
      session_id: run.sessionId,
      task: run.task,
      payload: typeof run.payload === "string" ? run.payload : JSON.stringify(run.payload),
      tags: run.tags,
      is_spare: run.isSpare ?? false,
      execution_status: "QUEUED",
      status: "PENDING",
      attempt: 0,
      snapshot_id: newId("snapshot"),
      traceparent: `00-${traceId}-${spanId}-01`,
      available_at: run.availableAt,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export async function apply(tx: Tx, run: Run, change: RunChange, waitpointIds: string[]): Promise<Run> {
  const updated = await tx
    .updateTable("engine.run")
    .set({
      snapshot_id: newId("snapshot"),
      updated_at: sql`clock_timestamp()`,
      ...(change.executionStatus && { execution_status: change.executionStatus }),
      ...(change.status && { status: change.status }),
      ...(change.attempt !== undefined && { attempt: change.attempt }),
      ...(change.leaseUntil !== undefined && { lease_until: change.leaseUntil }),
      ...(change.availableAt && { available_at: change.availableAt }),
      ...(change.startedAt && { started_at: change.startedAt }),
      ...(change.finishedAt && { finished_at: change.finishedAt }),
      ...(change.output !== undefined && { output: change.output }),
      ...(change.error !== undefined && { error: JSON.stringify(change.error) }),
    })
    .where("id", "=", run.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await tx
    .insertInto("engine.snapshot")
    .values({
      id: updated.snapshot_id,
      run_id: run.id,
      attempt: updated.attempt,
      execution_status: updated.execution_status,
      waitpoint_ids: waitpointIds,
    })
    .execute();
  return updated;
}
