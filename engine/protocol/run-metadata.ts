import { UpdateMetadataRequestBody } from "@trigger.dev/core/v3/schemas";
import { Hono } from "hono";
import type { Engine } from "../engine.ts";
import { notFound } from "../errors.ts";
import { updateMetadata } from "../flow/metadata.ts";
import { requireScope, requireSecret } from "./auth.ts";
import { parseBody } from "./body.ts";

/** What a run says of itself (and of the runs above it) while it goes. */
export function runMetadataRoutes(engine: Engine): Hono {
  const app = new Hono();

  app.get("/api/v1/runs/:run/metadata", async (c) => {
    const id = c.req.param("run");
    await requireScope(engine, c, { action: "read", type: "runs", ids: [id] });
    const run = await engine.store.runs.byId(id);
    if (!run) throw notFound("Run");
    return c.json({ metadata: run.metadata });
  });

  app.put("/api/v1/runs/:run/metadata", async (c) => {
    await requireSecret(engine, c);
    const update = await parseBody(c, UpdateMetadataRequestBody);
    const metadata = await engine.store.transaction((tx) => updateMetadata(tx, c.req.param("run"), update));
    return c.json({ metadata });
  });

  return app;
}
