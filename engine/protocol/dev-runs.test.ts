import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { loseSilentRuns } from "../flow/lose-runs.ts";
import { createTestEngine, newSession, type TestEngine } from "../testing/engine.ts";

let engine: TestEngine;
beforeAll(async () => void (engine = await createTestEngine()));
afterAll(() => engine.stop());

let runId: string;
beforeEach(async () => {
  // A worker that has just come has no process to spare.
  const tasks = [{ id: "chat", filePath: "chat.ts", exportName: "chat", entryPoint: "chat.ts" }];
  const metadata = { packageVersion: "4.8.3", contentHash: crypto.randomUUID(), tasks, queues: [] };
  const build = { localOnly: true, engine: "V2", metadata };
  expect((await engine.call("POST", "/api/v1/projects/p/background-workers", build)).status).toBe(200);
  engine.advance(1000);
  const response = await engine.call("POST", "/api/v1/sessions", newSession(crypto.randomUUID()));
  ({ runId } = (await response.json()) as { runId: string });
  const currentWorker = (await engine.store.workers.newest())?.id;
  const given = await engine.call("POST", "/engine/v1/dev/dequeue", { currentWorker, oldWorkers: [] });
  expect(await given.json()).toMatchObject({ dequeuedMessages: [{ run: { friendlyId: runId } }] });
  expect((await engine.call("POST", await pathTo("attempts/start"), {})).status).toBe(200);
  engine.advance(5000);
});

async function pathTo(step: "attempts/start" | "attempts/complete" | "heartbeat"): Promise<string> {
  const run = await engine.store.runs.byId(runId);
  return `/engine/v1/dev/runs/${runId}/snapshots/${run?.snapshot_id}/${step}`;
}

async function complete(outcome: object): Promise<void> {
  const completion = { id: runId, outputType: "application/json", ...outcome };
  expect((await engine.call("POST", await pathTo("attempts/complete"), { completion })).status).toBe(200);
}

it("a run that ends leaves its process to the next one", async () => {
  expect(engine.spares.isNeeded(engine.now())).toBe(true);
  await complete({ ok: true });
  expect(engine.spares.isNeeded(engine.now())).toBe(false);
});

it("the worker ends the process of a run that is cancelled: another one is needed", async () => {
  expect((await engine.call("POST", `/api/v2/runs/${runId}/cancel`, {})).status).toBe(200);
  const error = { type: "INTERNAL_ERROR", code: "TASK_RUN_CANCELLED" };
  await complete({ ok: false, error });
  expect((await engine.store.runs.byId(runId))?.status).toBe("CANCELED");
  expect(engine.spares.isNeeded(engine.now())).toBe(true);
});

it("a process may boot for three times as long as it may be silent later", async () => {
  engine.advance(80_000);
  expect(await loseSilentRuns(engine)).toBe(0);
  expect((await engine.call("POST", await pathTo("heartbeat"), {})).status).toBe(200);
  engine.advance(29_000);
  expect(await loseSilentRuns(engine)).toBe(0);
  engine.advance(2_000);
  expect(await loseSilentRuns(engine)).toBe(1);
});

it("a process that never says a word is lost in the end", async () => {
  engine.advance(86_000);
  expect(await loseSilentRuns(engine)).toBe(1);
});
