import { TriggerTaskRequestBody } from "@trigger.dev/core/v3/schemas";
import { Hono } from "hono";
import type { z } from "zod";
import type { Engine } from "../engine.ts";
import { refuseUnknown } from "../flow/session-options.ts";
import { triggerTask, type TriggerRequest } from "../flow/trigger.ts";
import { requireSecret } from "./auth.ts";
import { parseBody } from "./body.ts";

type Body = z.infer<typeof TriggerTaskRequestBody>;
type Options = NonNullable<Body["options"]>;

/** `tasks.trigger` and `triggerAndWait`: a run of a task. */
export function taskRoutes(engine: Engine): Hono {
  const app = new Hono();

  app.post("/api/v1/tasks/:task/trigger", async (c) => {
    await requireSecret(engine, c);
    const task = c.req.param("task");
    const { payload, options } = await parseBody(c, TriggerTaskRequestBody);
    const { run, isCached } = await triggerTask(engine, toRequest(task, payload, options ?? {}));
    return c.json({ id: run.id, isCached });
  });

  return app;
}

/** A request as the SDK writes it, in the engine's terms. */
export function toRequest(task: string, payload: unknown, options: Options): TriggerRequest {
  refuseUnknown(options);
  const { tags, metadata, queue, payloadType = "application/json" } = options;
  return {
    ...options,
    task,
    payload: typeof payload === "string" ? payload : JSON.stringify(payload ?? {}),
    payloadType,
    tags: tags === undefined ? [] : [tags].flat(),
    metadata: toMetadata(metadata),
    queue: queue?.name,
  };
}

function toMetadata(metadata: unknown): Record<string, unknown> {
  const value: unknown = typeof metadata === "string" ? JSON.parse(metadata) : metadata;
  return typeof value === "object" && value !== null ? { ...value } : {};
}
