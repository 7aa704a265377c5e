import { afterAll, beforeAll, expect, it } from "vitest";
import * as core from "../core/run.ts";
import { toState } from "../store/runs.ts";
import { createTestEngine, message, newSession, type TestEngine } from "../testing/engine.ts";
import { changeRun } from "./end-run.ts";
import { appendInput } from "./input.ts";
import { makeRoom } from "./make-room.ts";
import { startSession } from "./sessions.ts";
import { blockOnWaitpoint, createWaitpoint } from "./wait.ts";

let engine: TestEngine;
beforeAll(async () => void (engine = await createTestEngine({ ENGINE_MAX_RUNS: "3" })));
afterAll(() => engine.stop());

async function start(type = "chat.agent") {
  const chat = crypto.randomUUID();
  const { taskIdentifier: task, triggerConfig } = newSession(chat);
  const { runId } = await startSession(engine, {
    ...{ externalId: chat, type, task, triggerConfig, tags: [], metadata: null, expiresAt: null },
  });
  return { chat, runId };
}

/** A session whose run is live. */
async function live(type?: string) {
  const started = await start(type);
  await changeRun(engine, started.runId, (run) => core.dequeue(toState(run), engine.now()));
  await changeRun(engine, started.runId, (run) => core.startAttempt(toState(run), engine.now(), 30_000));
  return started;
}

/** One whose run has stopped for its next message. */
async function idle(type?: string) {
  const started = await live(type);
  engine.advance(1000);
  const request = { runId: started.runId, session: started.chat, io: "in" as const, timeout: "60s" };
  const { waitpointId } = await createWaitpoint(engine, request);
  await blockOnWaitpoint(engine, started.runId, waitpointId);
  return { ...started, waitpointId };
}

/** What the wait of an idle run came to. */
async function end(waitpointId: string) {
  const [waitpoint] = await engine.store.waitpoints.byIds([waitpointId]);
  return waitpoint?.completed_at && (waitpoint.output_is_error ? "timed out" : "answered");
}

it("ends the runs that have waited longest, as many as are needed, and none that works or is no chat", async () => {
  const working = await live();
  const [oldest, newer] = [await idle(), await idle()];
  const other = await idle("other");
  expect(await makeRoom(engine)).toBe(0);

  await start();
  expect(await makeRoom(engine)).toBe(1);
  expect([await end(oldest.waitpointId), await end(newer.waitpointId)]).toEqual(["timed out", null]);
  const told = await engine.store.runs.byId(oldest.runId);
  const snapshot = await engine.store.runs.snapshotById(told?.snapshot_id ?? "");
  expect(snapshot?.waitpoint_ids).toEqual([oldest.waitpointId]);

  await start();
  await start();
  expect(await makeRoom(engine)).toBe(1);
  expect(await end(newer.waitpointId)).toBe("timed out");
  expect(await end(other.waitpointId)).toBeNull();
  expect((await engine.store.runs.byId(working.runId))?.execution_status).toBe("EXECUTING");
});

it("leaves a run alone whose message came first", async () => {
  const { chat, waitpointId } = await idle();
  await appendInput(engine, chat, message("quick"));
  await makeRoom(engine);
  expect(await end(waitpointId)).toBe("answered");
});
