import { DevDequeueRequestBody, DevDisconnectRequestBody } from "@trigger.dev/core/v3/schemas";
import { setTimeout as sleep } from "node:timers/promises";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { Engine } from "../engine.ts";
import { nextRunFor } from "../flow/dequeue.ts";
import { loseRuns } from "../flow/lose-runs.ts";
import type { WorkerLink } from "../worker-link.ts";
import { ENVIRONMENT_ID, requireSecret } from "./auth.ts";
import { parseBody } from "./body.ts";
import { dequeuedMessage } from "./execution.ts";

const PRESENCE_MS = 10_000;

/** `/engine/v1/dev`: the worker's settings, its presence, its queue, its farewell. */
export function devRoutes(engine: Engine, link: WorkerLink): Hono {
  const app = new Hono();

  app.use(async (c, next) => {
    await requireSecret(engine, c);
    await next();
  });

  app.get("/config", (c) =>
    c.json({
      environmentId: ENVIRONMENT_ID,
      // The dequeue request is held here until there is a run, so the worker need not wait between two of them.
      dequeueIntervalWithRun: 10,
      dequeueIntervalWithoutRun: 50,
      // The limit is the engine's, at dequeue: here a run that waits for another would take its place.
      maxConcurrentRuns: 10_000,
      engineUrl: `http://${engine.config.ENGINE_HOST}:${engine.config.ENGINE_PORT}`,
    }),
  );

  app.get("/presence", (c) =>
    streamSSE(c, async (sse) => {
      while (!sse.aborted && !engine.closing.aborted) {
        await sse.writeSSE({ event: "presence", data: "{}" });
        await sleep(PRESENCE_MS, undefined, { signal: engine.closing }).catch(() => undefined);
      }
    }),
  );

  app.post("/dequeue", async (c) => {
    const { currentWorker } = await parseBody(c, DevDequeueRequestBody);
    link.polled(currentWorker);
    const run = await nextRunFor(engine, currentWorker, AbortSignal.any([c.req.raw.signal, engine.closing]));
    // A run may be locked to an earlier build, which the worker keeps.
    const worker = run && (await engine.store.workers.byId(run.worker_id ?? currentWorker));
    return c.json({ dequeuedMessages: run && worker ? [dequeuedMessage(engine, run, worker)] : [] });
  });

  app.post("/disconnect", async (c) => {
    const { runFriendlyIds } = await parseBody(c, DevDisconnectRequestBody);
    return c.json({ cancelled: await loseRuns(engine, runFriendlyIds) });
  });

  return app;
}
