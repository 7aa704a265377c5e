import { Hono } from "hono";
import type { Engine } from "../engine.ts";
import { ENGINE_VERSION, PROTOCOL_VERSION } from "../version.ts";
import type { WorkerLink } from "../worker-link.ts";
import { requireSecret } from "./auth.ts";
import { whatIsMissing } from "./health.ts";

/** `/engine/v1/status`: what `npm run status` prints of the engine. No part of Trigger.dev's API. */
export function statusRoutes(engine: Engine, link: WorkerLink): Hono {
  const app = new Hono();
  app.get("/", async (c) => {
    await requireSecret(engine, c);
    const { sessions, runs, queue } = await engine.store.status(engine.now());
    return c.json({
      version: ENGINE_VERSION,
      protocol: PROTOCOL_VERSION,
      uptimeSeconds: Math.round(process.uptime()),
      missing: await whatIsMissing(engine, link),
      sessions,
      runs,
      queue: { length: queue.length, oldestSeconds: queue.oldest && seconds(engine.now(), queue.oldest) },
    });
  });
  return app;
}

const seconds = (now: Date, since: Date) => Math.max(0, Math.round((now.getTime() - since.getTime()) / 1000));
