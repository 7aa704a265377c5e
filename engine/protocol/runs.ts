import { AddTagsRequestBody } from "@trigger.dev/core/v3/schemas";
import { Hono } from "hono";
import { z } from "zod";
import type { Engine } from "../engine.ts";
import { notFound, ProtocolError } from "../errors.ts";
import { cancelRun } from "../flow/cancel-run.ts";
import type { RunFilter } from "../store/runs.ts";
import { isSecret, requireScope, requireSecret } from "./auth.ts";
import { parseBody, parseWith } from "./body.ts";
import { createdAt } from "./created-at.ts";
import { listedRun, retrievedRun, statusesBehind } from "./run-view.ts";

const MAX_TAGS = 10;
const LIST = z.string().transform((text) => text.split(","));
const TIME = z.coerce.number().int();

const ListQuery = z
  .object({
    "page[size]": z.coerce.number().int().min(1).max(100).default(25),
    "page[after]": z.string().optional(),
    "page[before]": z.string().optional(),
    "filter[status]": LIST.optional(),
    "filter[taskIdentifier]": LIST.optional(),
    "filter[version]": LIST.optional(),
    "filter[tag]": LIST.optional(),
    "filter[batch]": z.string().optional(),
    "filter[queue]": LIST.optional(),
    "filter[machine]": LIST.optional(),
    "filter[isTest]": z.enum(["true", "false"]).optional(),
    "filter[createdAt][period]": z.string().optional(),
    "filter[createdAt][from]": TIME.optional(),
    "filter[createdAt][to]": TIME.optional(),
  })
  .strict()
  .refine((query) => !(query["page[after]"] && query["page[before]"]), "One of page[after] and page[before]");

/** Runs as the SDK sees them: retrieve, list, cancel, tags. */
export function runRoutes(engine: Engine): Hono {
  const app = new Hono();

  app.get("/api/v1/runs", async (c) => {
    await requireScope(engine, c, { action: "read", type: "runs", ids: [] });
    const query = parseWith(ListQuery, c.req.query());
    const now = engine.now();
    // No run of this engine is a test: asked for tests, there are none.
    const page =
      query["filter[isTest]"] === "true" ? { runs: [] } : await engine.store.runs.list(toFilter(query, now), now);
    const data = await Promise.all(page.runs.map((run) => listedRun(engine, run)));
    const { next, previous } = page as { next?: string; previous?: string };
    return c.json({ data, pagination: { next, previous } });
  });

  app.get("/api/v3/runs/:run", async (c) => {
    const id = c.req.param("run");
    await requireScope(engine, c, { action: "read", type: "runs", ids: [id] });
    const run = await engine.store.runs.byId(id);
    if (!run) throw notFound("Run");
    return c.json(await retrievedRun(engine, run, isSecret(engine, c.req.header("authorization"))));
  });

  app.post("/api/v2/runs/:run/cancel", async (c) => {
    await requireSecret(engine, c);
    const id = c.req.param("run");
    if (!(await engine.store.runs.byId(id))) throw notFound("Run");
    await cancelRun(engine, id);
    return c.json({ id });
  });

  app.post("/api/v1/runs/:run/tags", async (c) => {
    await requireSecret(engine, c);
    const { tags } = await parseBody(c, AddTagsRequestBody);
    const added = [tags].flat();
    const all = await engine.store.transaction(async (tx) => {
      const run = await tx.runs.lock(c.req.param("run"));
      if (!run) throw notFound("Run");
      const union = [...new Set([...run.tags, ...added])];
      if (union.length > MAX_TAGS) throw new ProtocolError(422, `A run has at most ${MAX_TAGS} tags`);
      await tx.runs.amend(run.id, { tags: union });
      return union;
    });
    return c.json({ message: `The run has ${all.length} tags` });
  });

  return app;
}

function toFilter(query: z.infer<typeof ListQuery>, now: Date): RunFilter {
  return {
    limit: query["page[size]"],
    after: query["page[after]"],
    before: query["page[before]"],
    statuses: query["filter[status]"]?.flatMap(statusesBehind),
    tasks: query["filter[taskIdentifier]"],
    versions: query["filter[version]"],
    tags: query["filter[tag]"],
    batch: query["filter[batch]"],
    queues: query["filter[queue]"],
    machines: query["filter[machine]"],
    ...createdAt(query, now),
  };
}
