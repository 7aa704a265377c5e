import { CreateSessionStreamWaitpointRequestBody } from "@trigger.dev/core/v3/schemas";
import { Hono } from "hono";
import { cancel, type RunStatus } from "../core/run.ts";
import type { Engine } from "../engine.ts";
import { notFound } from "../errors.ts";
import { changeRun } from "../flow/end-run.ts";
import { blockOnWaitpoint, createWaitpoint } from "../flow/wait.ts";
import { isOver, toState, type Run } from "../store/runs.ts";
import { requireScope, requireSecret } from "./auth.ts";
import { parseBody } from "./body.ts";

/** Runs as the SDK sees them: the waits of a run process, and retrieve and cancel from anywhere. */
export function runRoutes(engine: Engine): Hono {
  const app = new Hono();

  app.post("/api/v1/runs/:run/session-streams/wait", async (c) => {
    await requireSecret(engine, c);
    const body = await parseBody(c, CreateSessionStreamWaitpointRequestBody);
    return c.json(await createWaitpoint(engine, { ...body, runId: c.req.param("run") }));
  });

  app.post("/engine/v1/runs/:run/waitpoints/tokens/:waitpoint/wait", async (c) => {
    await requireSecret(engine, c);
    await blockOnWaitpoint(engine, c.req.param("run"), c.req.param("waitpoint"));
    return c.json({ success: true });
  });

  app.get("/api/v3/runs/:run", async (c) => {
    const id = c.req.param("run");
    await requireScope(engine, c, { action: "read", type: "runs", ids: [id] });
    const run = await engine.store.runs.byId(id);
    if (!run) throw notFound("Run");
    const worker = run.worker_id === null ? undefined : await engine.store.workers.byId(run.worker_id);
    return c.json(retrieved(run, worker?.version));
  });

  app.post("/api/v2/runs/:run/cancel", async (c) => {
    await requireSecret(engine, c);
    const id = c.req.param("run");
    if (!(await engine.store.runs.byId(id))) throw notFound("Run");
    await changeRun(engine, id, (run) => cancel(toState(run), engine.now()));
    return c.json({ id });
  });

  return app;
}

const STATUS: Record<RunStatus, string> = {
  PENDING: "QUEUED",
  DEQUEUED: "DEQUEUED",
  EXECUTING: "EXECUTING",
  CANCELED: "CANCELED",
  COMPLETED_SUCCESSFULLY: "COMPLETED",
  COMPLETED_WITH_ERRORS: "FAILED",
  CRASHED: "CRASHED",
  SYSTEM_FAILURE: "SYSTEM_FAILURE",
};

/** `RetrieveRunResponse` of @trigger.dev/core. */
function retrieved(run: Run, version: string | undefined) {
  const isCompleted = isOver(run);
  const isSuccess = run.status === "COMPLETED_SUCCESSFULLY";
  const isCancelled = run.status === "CANCELED";
  const end = run.finished_at ?? new Date();
  return {
    id: run.id,
    status: STATUS[run.status],
    taskIdentifier: run.task,
    version,
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
    tags: run.tags,
    costInCents: 0,
    baseCostInCents: 0,
    durationMs: run.started_at ? end.getTime() - run.started_at.getTime() : 0,
    depth: 0,
    triggerFunction: "trigger",
    relatedRuns: {},
    attempts: [],
    attemptCount: run.attempt,
  };
}
