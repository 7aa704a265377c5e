import { CreateBackgroundWorkerRequestBody } from "@trigger.dev/core/v3/schemas";
import { Hono } from "hono";
import type { z } from "zod";
import { ownQueue } from "../core/run-options.ts";
import type { Engine } from "../engine.ts";
import type { WorkerQueue, WorkerTask } from "../store/workers.ts";
import { ENVIRONMENT_ID, requirePersonal, requireSecret } from "./auth.ts";
import { parseBody } from "./body.ts";

/** A build is registered with the source of every task's file. */
const MAX_BUILD_BYTES = 32 * 1024 * 1024;

/** What `trigger dev` asks about the person, the project and the environment, and how it registers a build. */
export function cliRoutes(engine: Engine): Hono {
  const app = new Hono();
  const apiUrl = `http://${engine.config.ENGINE_HOST}:${engine.config.ENGINE_PORT}`;

  app.get("/v2/whoami", (c) => {
    requirePersonal(engine, c);
    return c.json({ userId: "user_embedded", email: "embedded@skein.localhost", dashboardUrl: apiUrl });
  });

  app.get("/v1/projects/:ref/dev", (c) => {
    requirePersonal(engine, c);
    return c.json({ apiKey: engine.config.TRIGGER_SECRET_KEY, name: "Skein", apiUrl, projectId: c.req.param("ref") });
  });

  // Branches only keep the CLI's files of two instances apart; the engine has one environment, whatever it is called.
  app.post("/v1/projects/:ref/branches", (c) => {
    requirePersonal(engine, c);
    return c.json({ id: ENVIRONMENT_ID });
  });

  app.get("/v1/projects/:ref/envvars", async (c) => {
    await requireSecret(engine, c);
    return c.json({ variables: {} });
  });

  app.get("/v1/platform-notifications", (c) => {
    requirePersonal(engine, c);
    return c.json({ notification: null });
  });

  app.post("/v1/projects/:ref/background-workers", async (c) => {
    await requireSecret(engine, c);
    const { metadata } = await parseBody(c, CreateBackgroundWorkerRequestBody, MAX_BUILD_BYTES);
    const tasks = metadata.tasks.map(declared);
    const worker = await engine.store.workers.register(metadata.contentHash, tasks, engine.now(), queuesOf(metadata));
    const ignored = notHonoured(metadata);
    if (ignored.length > 0) engine.log.warn({ of: ignored }, "limits of concurrency that this engine does not honour");
    engine.spares.reset(engine.now());
    engine.log.info(
      { worker: worker.id, version: worker.version, tasks: tasks.map((task) => task.id) },
      "worker registered",
    );
    engine.signals.runQueued();
    return c.json({ id: worker.id, version: worker.version, contentHash: metadata.contentHash });
  });

  return app;
}

type Metadata = z.infer<typeof CreateBackgroundWorkerRequestBody>["metadata"];
type Declared = Metadata["tasks"][number];

/** The queues that have a limit: those that a build names, and those that a task has to itself. */
function queuesOf({ queues = [], tasks }: Metadata): WorkerQueue[] {
  const own = tasks.flatMap(({ id, queue }) => (queue ? [{ ...queue, name: queue.name ?? ownQueue(id) }] : []));
  const limits = [...own, ...queues].map(({ name, concurrencyLimit }) => ({ name, concurrencyLimit }));
  return limits.filter(({ concurrencyLimit }) => typeof concurrencyLimit === "number");
}

/** What the engine needs to know of a task: where it is, and how its runs are to be treated. */
const declared = ({ id, filePath, triggerSource, queue, machine, retry, maxDuration, ttl }: Declared): WorkerTask => ({
  id,
  filePath,
  triggerSource,
  queue: queue?.name ?? ownQueue(id),
  machine: machine?.preset,
  maxAttempts: retry?.maxAttempts,
  maxDuration,
  ttl,
});

/** The tasks and queues that declare limits of a kind that there is not here. */
function notHonoured({ queues = [], tasks }: Metadata): string[] {
  const isCombined = (queue: Declared["queue"]) => typeof queue?.combinedConcurrencyLimit === "number";
  const isLimited = ({ concurrency, gates = [], queue }: Declared) =>
    concurrency !== undefined || gates.length > 0 || isCombined(queue);
  return [...tasks.filter(isLimited).map(({ id }) => id), ...queues.filter(isCombined).map(({ name }) => name)];
}
