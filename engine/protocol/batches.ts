import { BatchItemNDJSON, CreateBatchRequestBody } from "@trigger.dev/core/v3/schemas";
import { Hono } from "hono";
import type { Engine } from "../engine.ts";
import { notFound, ProtocolError } from "../errors.ts";
import { addToBatch } from "../flow/batch.ts";
import { isOver } from "../store/runs.ts";
import { requireScope, requireSecret } from "./auth.ts";
import { parseBody, parseWith, readBody } from "./body.ts";
import { storable } from "./storable.ts";
import { toRequest } from "./tasks.ts";

const MAX_RUNS = 1000;
const MAX_ITEMS_BYTES = 16 * 1024 * 1024;

/** `batchTrigger` and `batchTriggerAndWait`: the batch first, then its items, one JSON text a line. */
export function batchRoutes(engine: Engine): Hono {
  const app = new Hono();

  app.post("/api/v3/batches", async (c) => {
    await requireSecret(engine, c);
    const body = await parseBody(c, CreateBatchRequestBody);
    if (body.runCount > MAX_RUNS) throw new ProtocolError(400, `A batch has at most ${MAX_RUNS} runs`);
    const { batch, isNew } = await engine.store.transaction((tx) =>
      tx.batches.insertOrFind({
        run_count: body.runCount,
        parent_id: body.parentRunId ?? null,
        resumes_parent: body.resumeParentOnCompletion ?? false,
        idempotency_key: body.idempotencyKey ?? null,
      }),
    );
    return c.json(
      { id: batch.id, runCount: batch.run_count, isCached: !isNew, idempotencyKey: body.idempotencyKey },
      202,
    );
  });

  app.post("/api/v3/batches/:batch/items", async (c) => {
    await requireSecret(engine, c);
    const batch = await engine.store.batches.byId(c.req.param("batch"));
    if (!batch) throw notFound("Batch");
    const items = parseLines((await readBody(c, { bytes: MAX_ITEMS_BYTES, what: "A batch" })).toString("utf8"));
    const requests = items.map(({ index, task, payload, options }) => {
      if (index >= batch.run_count) throw new ProtocolError(400, `The batch has no place ${index}`);
      return { ...toRequest(task, payload, options ?? {}), batch: { id: batch.id, index } };
    });
    let accepted = 0;
    for (const request of requests) if (await addToBatch(engine, batch, request)) accepted += 1;
    const present = (await engine.store.batches.byId(batch.id))?.run_ids.filter(Boolean).length ?? 0;
    return c.json({
      id: batch.id,
      itemsAccepted: accepted,
      itemsDeduplicated: items.length - accepted,
      sealed: present === batch.run_count,
      enqueuedCount: present,
      expectedCount: batch.run_count,
    });
  });

  app.get("/api/v2/batches/:batch", async (c) => {
    const id = c.req.param("batch");
    await requireScope(engine, c, { action: "read", type: "batch", ids: [id] });
    const batch = await engine.store.batches.byId(id);
    if (!batch) throw notFound("Batch");
    const runs = batch.run_ids.filter(Boolean);
    const isOverAll = (await Promise.all(runs.map((run) => engine.store.runs.byId(run)))).every(
      (run) => run && isOver(run),
    );
    return c.json({
      id,
      status: isOverAll && runs.length === batch.run_count ? "COMPLETED" : "PENDING",
      idempotencyKey: batch.idempotency_key ?? undefined,
      createdAt: batch.created_at,
      updatedAt: batch.created_at,
      runCount: batch.run_count,
      runs,
      processing: { errors: [] },
    });
  });

  return app;
}

function parseLines(text: string) {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      let json: unknown;
      try {
        json = JSON.parse(line);
      } catch {
        throw new ProtocolError(400, "An item is not JSON");
      }
      return parseWith(BatchItemNDJSON, storable(json));
    });
}
