import { CreateSessionStreamWaitpointRequestBody, WaitForDurationRequestBody } from "@trigger.dev/core/v3/schemas";
import { Hono } from "hono";
import type { Engine } from "../engine.ts";
import { blockOnWaitpoint, createWaitpoint, waitUntil } from "../flow/wait.ts";
import { requireSecret } from "./auth.ts";
import { parseBody } from "./body.ts";

/** Where a run process stands still: for a session's input, and for a point in time. */
export function waitRoutes(engine: Engine): Hono {
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

  app.post("/engine/v1/runs/:run/wait/duration", async (c) => {
    await requireSecret(engine, c);
    const { date, idempotencyKey } = await parseBody(c, WaitForDurationRequestBody);
    const waitpoint = await waitUntil(engine, c.req.param("run"), date, idempotencyKey);
    return c.json({ waitUntil: waitpoint.timeout_at ?? date, waitpoint: { id: waitpoint.id } });
  });

  return app;
}
