import { Hono, type Context } from "hono";
import { z } from "zod";
import type { Engine } from "../engine.ts";
import { notFound } from "../errors.ts";
import type { Run } from "../store/runs.ts";
import { entriesOf, traceIdOf, treeOf, type Entry, type Tree } from "../telemetry/trace.ts";
import { requireScope } from "./auth.ts";
import { parseWith } from "./body.ts";

/** Of a run that logged more, the first ones are shown. */
const MAX_ENTRIES = 10_000;

const Page = z.object({
  "page[size]": z.coerce.number().int().min(1).max(MAX_ENTRIES).default(MAX_ENTRIES),
  /** The position of the next entry, as the page before named it. */
  "page[after]": z.coerce.number().int().min(0).default(0),
});

/** What a run did: `RetrieveRunTrace…` and `RetrieveSpanDetail…` of @trigger.dev/core. */
export function traceRoutes(engine: Engine): Hono {
  const app = new Hono();

  app.get("/api/v1/runs/:run/trace", async (c) => {
    const { run, entries } = await reach(engine, c);
    if (c.req.query("page[size]") === undefined) {
      return c.json({ trace: { traceId: traceIdOf(run), rootSpan: spanNode(run, treeOf(entries)) } });
    }
    const page = parseWith(Page, c.req.query());
    const start = page["page[after]"];
    const end = start + page["page[size]"];
    const next = end < entries.length ? String(end) : undefined;
    const data = entries.slice(start, end).map((entry) => lean(run, entry));
    return c.json({ data, attemptFailures: [], pagination: { next } });
  });

  app.get("/api/v1/runs/:run/events", async (c) => {
    const { run, entries } = await reach(engine, c);
    const events = entries.map((entry) => ({ ...lean(run, entry), spanId: entry.id, taskSlug: run.task }));
    return c.json({ events });
  });

  app.get("/api/v1/runs/:run/spans/:span", async (c) => {
    const { run, entries } = await reach(engine, c);
    const entry = entries.find(({ id }) => id === c.req.param("span"));
    if (!entry) throw notFound("Span");
    const { id, parentId = null, startTime, duration, attributes, events, ...rest } = entry;
    const detail = { spanId: id, parentId, runId: run.id, startTime, durationMs: duration / 1e6 };
    return c.json({ ...detail, ...rest, properties: shown(attributes), events });
  });

  return app;
}

async function reach(engine: Engine, c: Context) {
  const id = c.req.param("run") ?? "";
  await requireScope(engine, c, { action: "read", type: "runs", ids: [id] });
  const run = await engine.store.runs.byId(id);
  if (!run) throw notFound("Run");
  const spans = await engine.store.telemetry.spansOf(id, MAX_ENTRIES);
  const lines = await engine.store.telemetry.linesOf(id, MAX_ENTRIES);
  return { run, entries: entriesOf(run, spans, lines, engine.now()) };
}

function spanNode(run: Run, { children, id, parentId, attributes, ...data }: Tree): object {
  const [version, queue, machine] = ["$metadata.worker.version", "$metadata.ctx.queue.name", "ctx.machine.name"];
  const about = {
    taskSlug: run.task,
    taskPath: attributes["$metadata.ctx.task.filePath"],
    ...{ workerVersion: attributes[version], queueName: attributes[queue], machinePreset: attributes[machine] },
    ...{ properties: shown(attributes), output: attributes.$output },
  };
  const nodes = children.map((child) => spanNode(run, child));
  return { id, parentId, runId: run.id, data: { ...data, ...about }, children: nodes };
}

function lean(run: Run, entry: Entry) {
  const { attributes, events: _events, ...rest } = entry;
  return { ...rest, runId: run.id, attemptNumber: attributes["$metadata.ctx.attempt.number"] };
}

/** What a name of its own hides from people: styles, copies of the context. */
const shown = (attributes: Entry["attributes"]) =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !name.startsWith("$")));
