import { afterAll, beforeAll, expect, it } from "vitest";
import { loseRuns } from "../flow/lose-runs.ts";
import type { Run } from "../store/runs.ts";
import { streamName } from "../store/streams.ts";
import { createTestEngine, newSession, secretKey, type TestEngine } from "../testing/engine.ts";

/** A client whose answer was lost (the engine was killed between commit and answer) asks again. */
let engine: TestEngine;
beforeAll(async () => void (engine = await createTestEngine()));
afterAll(() => engine.stop());

const authorization = `Bearer ${secretKey}`;

async function dequeued(name: string): Promise<Run> {
  await engine.call("POST", "/api/v1/sessions", newSession(name));
  const run = await engine.store.runs.takeQueued("worker", engine.now());
  if (!run) throw new Error("nothing was queued");
  return run;
}

const startAttempt = async (run: Run) => {
  const path = `/engine/v1/dev/runs/${run.id}/snapshots/${run.snapshot_id}/attempts/start`;
  const response = await engine.call("POST", path, { isWarmStart: false });
  return { status: response.status, body: (await response.json()) as { run: { attemptNumber: number } } };
};

it("the start of an attempt is answered again, and is the same attempt", async () => {
  const run = await dequeued("started");
  expect((await startAttempt(run)).body.run.attemptNumber).toBe(1);
  const again = await startAttempt(run);
  expect([again.status, again.body.run.attemptNumber]).toEqual([200, 1]);
});

it("the start of an attempt that was given to another worker since is refused", async () => {
  const before = await dequeued("given twice");
  await loseRuns(engine, [before.id]);
  engine.advance(1);
  const now = await engine.store.runs.takeQueued("worker", engine.now());
  expect(now?.id).toBe(before.id);
  expect((await startAttempt(before)).status).toBe(409);
  expect((await startAttempt(now as Run)).status).toBe(200);
  expect((await startAttempt(before)).status).toBe(409);
});

it("the start of an attempt that is over is refused", async () => {
  const run = await dequeued("over");
  await startAttempt(run);
  await loseRuns(engine, [run.id]);
  expect((await startAttempt(run)).status).toBe(409);
});

it("the end of a turn is written once; the next one, and what says nothing of whose end it is, each time", async () => {
  await engine.call("POST", "/api/v1/sessions", newSession("ended"));
  const opened = await engine.call("PUT", "/realtime/v1/sessions/ended/out", undefined, { authorization });
  const append = async (headers: [string, string][]) => {
    const path = `/v1/streams/${encodeURIComponent(opened.headers.get("x-s2-stream-name") ?? "")}/records`;
    const token = { authorization: `Bearer ${opened.headers.get("x-s2-access-token")}` };
    const response = await engine.call("POST", path, { records: [{ body: "", headers }] }, token);
    return ((await response.json()) as { start: { seq_num: number }; end: { seq_num: number } }).start.seq_num;
  };
  const end = (token: string): [string, string][] => [
    ["trigger-control", "turn-complete"],
    ["public-access-token", token],
    ["session-in-event-id", "0"],
  ];
  expect(await append(end("first"))).toBe(0);
  expect(await append(end("first"))).toBe(0);
  expect(await append(end("second"))).toBe(1);
  expect(await append([["trigger-control", "turn-complete"]])).toBe(2);
  expect(await append([["trigger-control", "turn-complete"]])).toBe(3);
  expect(await engine.store.streams.nextSeq(streamName("ended", "out"))).toBe(4);
});
