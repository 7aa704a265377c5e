import { WorkerApiRunAttemptCompleteRequestBody } from "@trigger.dev/core/v3/runEngineWorker";
import { Hono } from "hono";
import { bootLeaseMs, leaseMs } from "../config.ts";
import * as decide from "../core/run.ts";
import type { Engine } from "../engine.ts";
import { notFound, staleWrite } from "../errors.ts";
import { completeAttempt } from "../flow/complete-attempt.ts";
import { changeRun } from "../flow/end-run.ts";
import { toState, type Run } from "../store/runs.ts";
import { requireSecret } from "./auth.ts";
import { parseBody } from "./body.ts";
import { execution, executionData, runEnvironment, runView, snapshotView } from "./execution.ts";

/** A run's output is in it. */
const MAX_COMPLETION_BYTES = 16 * 1024 * 1024;

/** `/engine/v1/dev/runs/:run`: an attempt from its start to its end. Every write is fenced by the attempt. */
export function devRunRoutes(engine: Engine): Hono {
  const app = new Hono();
  const lease = leaseMs(engine.config);
  const bootLease = bootLeaseMs(engine.config);

  app.use(async (c, next) => {
    await requireSecret(engine, c);
    await next();
  });

  app.post("/:run/snapshots/:snapshot/attempts/start", async (c) => {
    const { run: runId, snapshot } = c.req.param();
    const run = await changeRun(engine, runId, async (locked, tx) => {
      const state = toState(locked);
      if (locked.snapshot_id === snapshot) return decide.startAttempt(state, engine.now(), bootLease);
      // The answer to the first request was lost, and the worker asks again: the attempt is its own.
      const isRepeated = (await tx.runs.lastDequeue(runId)) === snapshot;
      return isRepeated ? decide.heartbeat(state, engine.now(), bootLease) : undefined;
    });
    if (!run) throw staleWrite("This run has moved on");
    engine.spares.runStarted(engine.now());
    const worker = run.worker_id === null ? undefined : await engine.store.workers.byId(run.worker_id);
    return c.json({
      run: runView(run),
      snapshot: snapshotView(run),
      execution: execution(engine, run, worker),
      envVars: runEnvironment(engine, run),
    });
  });

  app.post("/:run/snapshots/:snapshot/attempts/complete", async (c) => {
    const { run: runId, snapshot } = c.req.param();
    const { completion } = await parseBody(c, WorkerApiRunAttemptCompleteRequestBody, MAX_COMPLETION_BYTES);
    const run = await completeAttempt(engine, runId, snapshot, completion);
    if (!run) throw staleWrite("This attempt is over");
    // A process of an earlier build serves no run of the newest, and the worker ends that of a run that was cancelled.
    const isOfNewest = (await engine.store.workers.newest())?.id === run.worker_id;
    const isReusable = isOfNewest && run.status !== "CANCELED";
    if (isReusable || run.status === "CRASHED") engine.spares.runFinished(engine.now(), run.status !== "CRASHED");
    engine.log.info({ run: run.id, status: run.status }, "attempt finished");
    return c.json({ result: { attemptStatus: statusAfter(run), run: runView(run), snapshot: snapshotView(run) } });
  });

  app.get("/:run/snapshots/latest", async (c) => {
    const run = await engine.store.runs.byId(c.req.param("run"));
    if (!run) throw notFound("Run");
    const snapshot = await engine.store.runs.snapshotById(run.snapshot_id);
    const completed = await engine.store.waitpoints.byIds(snapshot?.waitpoint_ids ?? []);
    return c.json({ execution: executionData(run, completed) });
  });

  app.post("/:run/snapshots/:snapshot/heartbeat", async (c) => {
    const { run, snapshot } = c.req.param();
    const isLive = await engine.store.runs.extendLease(run, snapshot, new Date(engine.now().getTime() + lease));
    if (!isLive) throw staleWrite("This attempt is over");
    return c.json({ ok: true });
  });

  // The worker's own debug notes, two a poll: accepted, of no use to anybody.
  app.post("/:run/logs/debug", (c) => c.json({}));

  return app;
}

/** `CompleteRunAttemptResult`: whether the worker keeps the run for its next attempt, gives it back, or is done with it. */
function statusAfter(run: Run): string {
  if (run.execution_status === "PENDING_EXECUTING") return "RETRY_IMMEDIATELY";
  return run.execution_status === "QUEUED" ? "RETRY_QUEUED" : "RUN_FINISHED";
}
