import { afterAll, beforeAll, expect, it } from "vitest";
import { fuzz } from "./testing/fuzz/fuzz.ts";
import { startEngineProcess, type EngineProcess } from "./testing/engine-process.ts";

let engine: EngineProcess;

beforeAll(async () => {
  engine = await startEngineProcess();
}, 60_000);
afterAll(() => engine.stop());

/** `npm run fuzz` sends as many as one likes, and with another seed. */
it("answers three thousand malformed requests with 4xx and a sentence, lives, and keeps no memory of them", async () => {
  const { sent, problems, before, after } = await fuzz(engine, 1, 3_000);
  expect(problems).toEqual([]);
  expect(engine.ended()).toBeUndefined();
  expect(sent).toBeGreaterThanOrEqual(3_000);
  expect(after.held - before.held).toBeLessThan(20);
}, 60_000);
