import { afterAll, beforeAll, expect, it } from "vitest";
import { streamName } from "../store/streams.ts";
import { createTestEngine, newSession, secretKey, type TestEngine } from "../testing/engine.ts";
import { nextRunFor } from "./dequeue.ts";

/** Signals only shorten a wait. Whatever the store holds is found without them, a little later. */
let engine: TestEngine;
beforeAll(async () => {
  engine = await createTestEngine();
  engine.signals.appended = () => {};
  engine.signals.runQueued = () => {};
});
afterAll(() => engine.stop());

it("a reader that is told nothing finds what was appended", { timeout: 15_000 }, async () => {
  await engine.call("POST", "/api/v1/sessions", newSession("deaf"));
  const response = await engine.call("GET", "/realtime/v1/sessions/deaf/out", undefined, {
    authorization: `Bearer ${secretKey}`,
    "timeout-seconds": "12",
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const first = await reader?.read();
  expect(first?.value).toContain("event: ping");
  await engine.store.streams.append(streamName("deaf", "out"), [{ body: "unheard of" }]);
  let seen = "";
  while (!seen.includes("unheard of")) {
    const { value, done } = (await reader?.read()) ?? { done: true };
    if (done) break;
    seen += value;
  }
  expect(seen).toContain("unheard of");
  await reader?.cancel();
});

it("a worker that is told nothing finds the run that was queued", { timeout: 15_000 }, async () => {
  const worker = await engine.store.workers.register("build", [{ id: "chat", filePath: "chat.ts" }], engine.now());
  while (await engine.store.runs.takeQueued(worker.id, engine.now()));
  const taken = nextRunFor(engine, worker.id, new AbortController().signal);
  // It has looked, and waits.
  await new Promise((resolve) => setImmediate(resolve));
  const made = await engine.call("POST", "/api/v1/sessions", newSession("unannounced"));
  expect((await taken)?.id).toBe(((await made.json()) as { runId: string }).runId);
});
