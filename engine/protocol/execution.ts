import { machine } from "../core/machine.ts";
import type { Engine } from "../engine.ts";
import type { Run } from "../store/runs.ts";
import type { Waitpoint } from "../store/waitpoints.ts";
import type { Worker } from "../store/workers.ts";
import { ENVIRONMENT_ID } from "./auth.ts";

/** How runs look to the worker: `DequeuedMessage`, `RunExecutionData`, `TaskRunExecution` of @trigger.dev/core. */

const ORGANIZATION = { id: "org_embedded", slug: "embedded", name: "Embedded" } as const;

export const runView = (run: Run) => ({
  id: run.id,
  friendlyId: run.id,
  status: run.status,
  attemptNumber: run.attempt,
});

export const snapshotView = (run: Run) => ({
  id: run.snapshot_id,
  friendlyId: run.snapshot_id,
  executionStatus: run.execution_status,
  description: run.execution_status.toLowerCase(),
  createdAt: run.updated_at,
});

export function dequeuedMessage(engine: Engine, run: Run, worker: Worker) {
  return {
    version: "1",
    snapshot: snapshotView(run),
    dequeuedAt: engine.now(),
    completedWaitpoints: [],
    backgroundWorker: { id: worker.id, friendlyId: worker.id, version: worker.version },
    deployment: {},
    run: {
      id: run.id,
      friendlyId: run.id,
      isTest: false,
      machine: machine(run.machine),
      attemptNumber: run.attempt,
      masterQueue: "main",
      traceContext: { traceparent: run.traceparent },
    },
    environment: { id: ENVIRONMENT_ID, type: "DEVELOPMENT" },
    organization: { id: ORGANIZATION.id },
    project: { id: engine.config.TRIGGER_PROJECT_REF },
  };
}

export function executionData(run: Run, completed: Waitpoint[]) {
  return {
    version: "1",
    run: runView(run),
    snapshot: snapshotView(run),
    completedWaitpoints: completed.map((waitpoint) => ({
      id: waitpoint.id,
      friendlyId: waitpoint.id,
      type: waitpoint.type,
      completedAt: waitpoint.completed_at,
      ...(waitpoint.type === "RUN" && childView(waitpoint)),
      ...(waitpoint.type === "DATETIME" && { completedAfter: waitpoint.timeout_at }),
      output: waitpoint.output ?? undefined,
      outputType: waitpoint.output_type ?? "application/json",
      outputIsError: waitpoint.output_is_error,
    })),
  };
}

/** The run whose end a waitpoint waited for, and its place among those that it was started with. */
function childView({ child_run_id: id, batch_id: batch, batch_index: index }: Waitpoint) {
  return {
    completedByTaskRun: { id, friendlyId: id, ...(batch !== null && { batch: { id: batch, friendlyId: batch } }) },
    ...(index !== null && { index }),
  };
}

export function execution(engine: Engine, run: Run, worker: Worker | undefined) {
  const ref = engine.config.TRIGGER_PROJECT_REF;
  const filePath = worker?.tasks.find((task) => task.id === run.task)?.filePath ?? "";
  return {
    task: { id: run.task, filePath },
    attempt: { number: run.attempt, startedAt: engine.now() },
    run: {
      id: run.id,
      payload: run.payload,
      payloadType: run.payload_type,
      tags: run.tags,
      isTest: false,
      isReplay: false,
      createdAt: run.created_at,
      startedAt: run.started_at ?? engine.now(),
      ...(run.max_attempts !== null && { maxAttempts: run.max_attempts }),
      ...(run.max_duration !== null && { maxDuration: run.max_duration }),
      ...(run.idempotency_key !== null && { idempotencyKey: run.idempotency_key }),
      ...(run.parent_id !== null && { parentTaskRunId: run.parent_id, rootTaskRunId: run.root_id ?? run.parent_id }),
      metadata: run.metadata,
      version: worker?.version,
      durationMs: 0,
      costInCents: 0,
      baseCostInCents: 0,
      traceContext: { traceparent: run.traceparent },
      realtimeStreamsVersion: "v2",
    },
    queue: { id: `queue_${run.queue}`, name: run.queue },
    environment: { id: ENVIRONMENT_ID, slug: "dev", type: "DEVELOPMENT" },
    organization: ORGANIZATION,
    project: { id: ref, ref, slug: "skein", name: "Skein" },
    machine: machine(run.machine),
    ...(run.batch_id !== null && { batch: { id: run.batch_id } }),
  };
}

/** What a run process needs beyond its worker's own environment. */
export function runEnvironment(engine: Engine, run: Run): Record<string, string> {
  const { ENGINE_HOST, ENGINE_PORT, ENGINE_HEARTBEAT_SECONDS } = engine.config;
  return {
    TRIGGER_RUN_ID: run.id,
    TRIGGER_MACHINE_PRESET: machine(run.machine).name,
    HEARTBEAT_INTERVAL_MS: String(ENGINE_HEARTBEAT_SECONDS * 1000),
    // Unset, it would be 0.0.0.0:4318, and the end of every run would wait five seconds for it.
    TRIGGER_OTEL_EXPORTER_OTLP_ENDPOINT: `http://${ENGINE_HOST}:${ENGINE_PORT}/otel`,
    TRIGGER_OTEL_BATCH_PROCESSING_ENABLED: "1",
    TRIGGER_OTEL_SPAN_SCHEDULED_DELAY_MILLIS: "1000",
  };
}
