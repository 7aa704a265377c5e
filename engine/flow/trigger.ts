import { keepsKey, ownQueue, timesOf, type Times, type Wishes } from "../core/run-options.ts";
import type { Engine } from "../engine.ts";
import { notFound, ProtocolError } from "../errors.ts";
import { STORED } from "../store/packets.ts";
import { isOver, type Run, type RunOptions } from "../store/runs.ts";
import type { StoreTx } from "../store/store.ts";
import type { Worker } from "../store/workers.ts";
import { tellOfChild } from "./child-runs.ts";

/** What starts a run of a task: by itself, from another run, or as one of a batch. */
export type TriggerRequest = Wishes & {
  task: string;
  /** A packet: text of the given type. */
  payload: string;
  payloadType: string;
  metadata?: Record<string, unknown>;
  tags?: string[];
  parentRunId?: string;
  resumeParentOnCompletion?: boolean;
  lockToVersion?: string;
  queue?: string;
  concurrencyKey?: string;
  machine?: string;
  maxAttempts?: number;
  maxDuration?: number;
  batch?: { id: string; index: number };
};

export type Triggered = { run: Run; isCached: boolean; told: string[] };

/** Starts a run of a task, or finds the one that its idempotency key names. */
export async function triggerTask(engine: Engine, request: TriggerRequest): Promise<Triggered> {
  const triggered = await engine.store.transaction((tx) => createTaskRun(engine, tx, request));
  announce(engine, triggered);
  return triggered;
}

/** The news of it, after the commit. */
export function announce(engine: Engine, { isCached, told }: Triggered): void {
  if (!isCached) engine.signals.runQueued();
  for (const runId of told) engine.signals.runChanged(runId);
}

/** The same within a transaction. A waiting parent's waitpoint is made with the run, so that its end cannot be missed. */
export async function createTaskRun(engine: Engine, tx: StoreTx, request: TriggerRequest): Promise<Triggered> {
  const now = engine.now();
  const { worker, lockedWorkerId } = await buildFor(tx, request);
  const parent = request.parentRunId === undefined ? undefined : await tx.runs.byId(request.parentRunId);
  if (request.resumeParentOnCompletion && !parent) throw notFound("Parent run");
  if (request.payloadType === STORED && !(await tx.packets.has(request.payload))) throw notFound("Payload");
  const times = timesAsked(request, now);
  const existing = await keyed(tx, request, now);
  const run =
    existing ??
    (await tx.runs.insert({
      sessionId: null,
      task: request.task,
      payload: request.payload,
      tags: request.tags ?? [],
      availableAt: times.availableAt,
      options: optionsOf(request, times, worker, lockedWorkerId, parent),
    }));
  const told = request.resumeParentOnCompletion && parent ? await standStill(tx, parent, run, request, now) : [];
  return { run, isCached: existing !== undefined, told };
}

async function buildFor(tx: StoreTx, { task, lockToVersion }: TriggerRequest) {
  const newest = await tx.workers.newest();
  const locked = lockToVersion === undefined ? undefined : await tx.workers.byVersion(lockToVersion);
  if (lockToVersion !== undefined && !locked) throw unknownVersion(lockToVersion);
  const worker = locked ?? newest;
  if (worker && !worker.tasks.some(({ id }) => id === task)) {
    throw new ProtocolError(404, `There is no task "${task}" in version ${worker.version}`);
  }
  return { worker, lockedWorkerId: locked?.id ?? null };
}

export const unknownVersion = (version: string) =>
  new ProtocolError(422, `There is no version "${version}" to lock the run to`);

function timesAsked(request: TriggerRequest, now: Date): Times {
  try {
    return timesOf(request, now);
  } catch (error) {
    if (error instanceof RangeError) throw new ProtocolError(400, error.message);
    throw error;
  }
}

async function keyed(tx: StoreTx, { task, idempotencyKey }: TriggerRequest, now: Date): Promise<Run | undefined> {
  if (idempotencyKey === undefined) return undefined;
  const run = await tx.runs.byIdempotencyKey(task, idempotencyKey, now);
  return run && keepsKey(run.status) ? run : undefined;
}

function optionsOf(
  request: TriggerRequest,
  times: Times,
  worker: Worker | undefined,
  lockedWorkerId: string | null,
  parent: Run | undefined,
): Partial<RunOptions> {
  const declared = worker?.tasks.find(({ id }) => id === request.task);
  return {
    payload_type: request.payloadType,
    metadata: request.metadata ?? {},
    parent_id: parent?.id ?? null,
    root_id: parent ? (parent.root_id ?? parent.id) : null,
    depth: parent ? parent.depth + 1 : 0,
    batch_id: request.batch?.id ?? null,
    resumes_parent: request.resumeParentOnCompletion ?? false,
    locked_worker_id: lockedWorkerId,
    queue: request.queue ?? declared?.queue ?? ownQueue(request.task),
    concurrency_key: request.concurrencyKey ?? null,
    machine: request.machine ?? declared?.machine ?? null,
    max_attempts: request.maxAttempts ?? null,
    max_duration: request.maxDuration ?? declared?.maxDuration ?? null,
    ttl: times.ttl,
    expires_at: times.expiresAt,
    delayed_until: times.delayedUntil,
    idempotency_key: request.idempotencyKey ?? null,
    idempotency_until: times.idempotencyUntil,
  };
}

/** The parent waits for the run. One found by its key may be over already: then the parent is told at once. */
async function standStill(tx: StoreTx, parent: Run, run: Run, { batch }: TriggerRequest, now: Date): Promise<string[]> {
  await tx.waitpoints.insertOrFind({
    runId: parent.id,
    type: "RUN",
    stream: null,
    idempotencyKey: null,
    timeoutAt: null,
    childRunId: run.id,
    batchId: batch?.id,
    batchIndex: batch?.index,
    isBlocking: true,
  });
  // Locked, so that its end comes either before this look or after the waitpoint.
  const seen = await tx.runs.lock(run.id);
  return seen && isOver(seen) ? tellOfChild(tx, seen, now) : [];
}
