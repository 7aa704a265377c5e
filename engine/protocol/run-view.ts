import { createJsonErrorObject } from "@trigger.dev/core/v3/errors";
import { parsePacket } from "@trigger.dev/core/v3/utils/ioSerialization";
import type { RunStatus } from "../core/run.ts";
import type { Engine } from "../engine.ts";
import { STORED } from "../store/packets.ts";
import { isOver, type Run } from "../store/runs.ts";
import { ENVIRONMENT_ID } from "./auth.ts";
import { packetUrl } from "./packets.ts";

const STATUS: Record<RunStatus, string> = {
  PENDING: "QUEUED",
  DEQUEUED: "DEQUEUED",
  EXECUTING: "EXECUTING",
  CANCELED: "CANCELED",
  COMPLETED_SUCCESSFULLY: "COMPLETED",
  COMPLETED_WITH_ERRORS: "FAILED",
  CRASHED: "CRASHED",
  SYSTEM_FAILURE: "SYSTEM_FAILURE",
  TIMED_OUT: "TIMED_OUT",
  EXPIRED: "EXPIRED",
};

/** What a filter for a status of the API means here. */
export function statusesBehind(status: string): (RunStatus | "DELAYED")[] {
  if (status === "DELAYED") return ["DELAYED"];
  return (Object.keys(STATUS) as RunStatus[]).filter((own) => STATUS[own] === status);
}

/** The fields that every view of a run has (`CommonRunFields` of @trigger.dev/core). */
async function common(engine: Engine, run: Run) {
  const worker = run.worker_id === null ? undefined : await engine.store.workers.byId(run.worker_id);
  const now = engine.now();
  const isCompleted = isOver(run);
  const isSuccess = run.status === "COMPLETED_SUCCESSFULLY";
  const isCancelled = run.status === "CANCELED";
  const isDelayed = run.status === "PENDING" && run.delayed_until !== null && run.delayed_until > now;
  const end = run.finished_at ?? now;
  return {
    id: run.id,
    status: isDelayed ? "DELAYED" : STATUS[run.status],
    taskIdentifier: run.task,
    idempotencyKey: run.idempotency_key ?? undefined,
    version: worker?.version,
    isQueued: run.status === "PENDING",
    isExecuting: run.status === "EXECUTING" || run.status === "DEQUEUED",
    isWaiting: false,
    isCompleted,
    isSuccess,
    isFailed: isCompleted && !isSuccess && !isCancelled,
    isCancelled,
    isTest: false,
    createdAt: run.created_at,
    updatedAt: run.updated_at,
    startedAt: run.started_at ?? undefined,
    finishedAt: run.finished_at ?? undefined,
    delayedUntil: run.delayed_until ?? undefined,
    ttl: run.ttl ?? undefined,
    expiredAt: run.status === "EXPIRED" ? (run.finished_at ?? undefined) : undefined,
    tags: run.tags,
    costInCents: 0,
    baseCostInCents: 0,
    durationMs: run.started_at ? end.getTime() - run.started_at.getTime() : 0,
    metadata: run.metadata,
  };
}

async function related(engine: Engine, run: Run) {
  const started = run.resumes_parent ? "AndWait" : "";
  return {
    ...(await common(engine, run)),
    depth: run.depth,
    triggerFunction: `${run.batch_id === null ? "trigger" : "batchTrigger"}${started}`,
    batchId: run.batch_id ?? undefined,
  };
}

/** The value itself, or where to read it. The SDK's `runs.retrieve` fetches it there. */
async function packetView(engine: Engine, field: "payload" | "output", data: string | null, dataType: string) {
  if (data === null) return {};
  if (dataType === STORED) return { [`${field}PresignedUrl`]: await packetUrl(engine, data, "read") };
  // Whoever has the key may say of any text that it is JSON.
  return { [field]: await parsePacket({ data, dataType }).catch(() => data) };
}

/** `RetrieveRunResponse`. What went in and came out is for the secret key alone. */
export async function retrievedRun(engine: Engine, run: Run, isPrivate: boolean) {
  const of = async (id: string | null) => {
    const other = id === null ? undefined : await engine.store.runs.byId(id);
    return other && related(engine, other);
  };
  const children = await engine.store.runs.childrenOf(run.id);
  return {
    ...(await related(engine, run)),
    ...(isPrivate && {
      ...(await packetView(engine, "payload", run.payload, run.payload_type)),
      ...(await packetView(engine, "output", run.output, run.output_type)),
    }),
    error: run.error ? createJsonErrorObject(run.error as Parameters<typeof createJsonErrorObject>[0]) : undefined,
    relatedRuns: {
      root: await of(run.root_id),
      parent: await of(run.parent_id),
      children: await Promise.all(children.map((child) => related(engine, child))),
    },
    attempts: [],
    attemptCount: run.attempt,
  };
}

/** `ListRunResponseItem`. */
export async function listedRun(engine: Engine, run: Run) {
  return { ...(await common(engine, run)), env: { id: ENVIRONMENT_ID, name: "dev" } };
}
