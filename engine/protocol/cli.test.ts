import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createTestEngine, type TestEngine } from "../testing/engine.ts";

let engine: TestEngine;
beforeAll(async () => void (engine = await createTestEngine()));
afterAll(() => engine.stop());

const register = async (tasks: object[], queues: object[] = []) => {
  const metadata = { packageVersion: "4.8.3", contentHash: crypto.randomUUID(), tasks, queues };
  const body = { localOnly: true, engine: "V2", metadata };
  expect((await engine.call("POST", "/api/v1/projects/p/background-workers", body)).status).toBe(200);
  return engine.store.workers.newest();
};
const task = (id: string, more: object = {}) => ({ id, filePath: `${id}.ts`, exportName: id, entryPoint: id, ...more });

it("a build's queues are those it names and those that a task has to itself, where they have a limit", async () => {
  const worker = await register(
    [
      task("alone", { queue: { concurrencyLimit: 1 } }),
      task("inline", { queue: { name: "shared", concurrencyLimit: 3 } }),
      task("member", { queue: { name: "named" } }),
      task("free"),
    ],
    [{ name: "shared", concurrencyLimit: 3 }, { name: "named", concurrencyLimit: 2 }, { name: "open" }],
  );
  expect(new Map(worker?.queues.map(({ name, concurrencyLimit }) => [name, concurrencyLimit]))).toEqual(
    new Map([
      ["task/alone", 1],
      ["shared", 3],
      ["named", 2],
    ]),
  );
  expect(worker?.tasks.map(({ queue }) => queue)).toEqual(["task/alone", "shared", "named", "task/free"]);
});

it("limits of a kind that there is not here are named in the log", async () => {
  const warn = vi.spyOn(engine.log, "warn");
  await register([task("free"), task("one", { queue: { concurrencyLimit: 1 } })], [{ name: "q", concurrencyLimit: 1 }]);
  expect(warn).not.toHaveBeenCalled();
  await register(
    [
      task("free", { gates: [] }),
      task("gated", { gates: [{ queue: "g" }] }),
      task("total", { concurrency: { inline: { total: 1 } } }),
      task("both", { queue: { combinedConcurrencyLimit: 2 } }),
    ],
    [{ name: "q", combinedConcurrencyLimit: 2 }],
  );
  expect(warn).toHaveBeenCalledWith({ of: ["gated", "total", "both", "q"] }, expect.any(String));
});
