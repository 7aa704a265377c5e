import { configure, runs, tasks } from "@trigger.dev/sdk";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { secretKey, startRig, type Rig } from "./harness.ts";
import type {
  add,
  endless,
  family,
  keyed,
  large,
  tooLong,
  passingOn,
  starting,
  stubborn,
  waiting,
} from "./worker/trigger/tasks.ts";

let rig: Rig;

beforeAll(async () => {
  // Few places: whoever waits for another run has to leave its own, or nothing would ever go on.
  rig = await startRig({ ENGINE_MAX_RUNS: "2" });
  await rig.startWorker();
  configure({ baseURL: rig.url, secretKey });
});
afterAll(() => rig.stop());

const finished = <T>(id: string) =>
  runs.poll(id, { pollIntervalMs: 50 }) as Promise<Awaited<ReturnType<typeof runs.poll>> & { output: T }>;

describe("a task", () => {
  it("is started from outside, and its run is there to look at", async () => {
    const handle = await tasks.trigger<typeof add>(
      "add",
      { a: 1, b: 2 },
      { tags: ["sum"], metadata: { from: "test" } },
    );
    const run = await finished<{ sum: number }>(handle.id);
    expect(run).toMatchObject({
      status: "COMPLETED",
      taskIdentifier: "add",
      payload: { a: 1, b: 2 },
      output: { sum: 3 },
      tags: ["sum"],
      metadata: { from: "test" },
      attemptCount: 1,
      depth: 0,
      triggerFunction: "trigger",
    });
    expect(run.version).toMatch(/^\d{8}\.1$/);
  });

  it("waits for other runs, one and many, and hears of failures; its notes and tags are kept", async () => {
    const handle = await tasks.trigger<typeof family>("family", undefined, { tags: ["given"] });
    const run = await finished<object>(handle.id);
    expect(run.error).toBeUndefined();
    expect(run.output).toMatchObject({ one: 3, failed: "no", many: [11, 12, 13] });
    expect(run.tags).toEqual(["given", "parent-tag"]);
    expect(run.metadata).toEqual({ stage: "done", steps: 2, child: "was here", visits: ["noting"] });
    const children = run.relatedRuns.children ?? [];
    expect(children.map(({ triggerFunction }) => triggerFunction)).toEqual([
      "triggerAndWait",
      "triggerAndWait",
      ...Array.from({ length: 3 }, () => "batchTriggerAndWait"),
      "triggerAndWait",
    ]);
    expect(children.every(({ depth }) => depth === 1)).toBe(true);
    expect((await runs.retrieve(children.at(-1)?.id ?? "")).metadata).toEqual({ own: true });
  });

  it("waits for itself in itself", async () => {
    const handle = await tasks.trigger("chain", { depth: 3 });
    expect((await finished<number>(handle.id)).output).toBe(3);
  });

  it("waits for time", async () => {
    const handle = await tasks.trigger<typeof waiting>("waiting", { seconds: 6 });
    const { output } = await finished<{ first: number; second: number }>(handle.id);
    for (const ms of [output.first, output.second]) {
      expect(ms).toBeGreaterThanOrEqual(5900);
      expect(ms).toBeLessThan(9000);
    }
  });

  it("starts another without waiting, once for one idempotency key", async () => {
    const { output } = await finished<object>((await tasks.trigger<typeof starting>("starting", { a: 4 })).id);
    expect(output).toEqual({ same: true, sum: 5 });
  });

  it("is tried again as often as it says, or as its caller says", async () => {
    const third = await finished<object>((await tasks.trigger<typeof stubborn>("stubborn", { at: 3 })).id);
    expect(third).toMatchObject({ status: "COMPLETED", output: { attempt: 3 }, attemptCount: 3 });
    const handle = await tasks.trigger<typeof stubborn>("stubborn", { at: 3 }, { maxAttempts: 2, machine: "micro" });
    expect(await finished(handle.id)).toMatchObject({
      status: "FAILED",
      attemptCount: 2,
      error: { message: "attempt 2" },
    });
    const large = await tasks.trigger<typeof stubborn>("stubborn", { at: 1 }, { machine: "large-1x" });
    expect((await finished<object>(large.id)).output).toEqual({ attempt: 1, machine: "large-1x" });
  });

  it("is stopped when its time is up, and when it is cancelled, with the runs it started", async () => {
    const timed = await tasks.trigger<typeof endless>("endless", {}, { maxDuration: 5 });
    expect((await finished(timed.id)).status).toBe("TIMED_OUT");
    const handle = await tasks.trigger<typeof endless>("endless", {});
    await vi.waitFor(async () => expect((await runs.retrieve(handle.id)).isExecuting).toBe(true), { timeout: 20_000 });
    await runs.cancel(handle.id);
    expect((await finished(handle.id)).status).toBe("CANCELED");
  });

  it("is ended when it takes longer than it declares, with that as its error and no other attempt", async () => {
    const handle = await tasks.trigger<typeof tooLong>("too-long", undefined);
    const run = await finished(handle.id);
    expect(run).toMatchObject({ status: "TIMED_OUT", isFailed: true, isCompleted: true, attemptCount: 1 });
    expect(run.error?.message).toContain("MAX_DURATION_EXCEEDED");
    expect(run.durationMs).toBeGreaterThanOrEqual(5_000);
  });

  it("begins after its delay; and not at all when nobody took it in time", async () => {
    const late = await tasks.trigger<typeof add>("add", { a: 1, b: 1 }, { delay: new Date(Date.now() + 2_000) });
    expect((await runs.retrieve(late.id)).status).toBe("DELAYED");
    const blocking = await tasks.batchTrigger<typeof endless>("endless", [{ payload: {} }, { payload: {} }]);
    const blockers = (await runs.list({ batch: blocking.batchId })).data;
    for (const { id } of blockers)
      await vi.waitFor(async () => expect((await runs.retrieve(id)).isExecuting).toBe(true), { timeout: 20_000 });
    const expiring = await tasks.trigger<typeof add>("add", { a: 1, b: 1 }, { ttl: 1 });
    expect((await finished(expiring.id)).status).toBe("EXPIRED");
    for (const { id } of blockers) await runs.cancel(id);
    const run = await finished(late.id);
    expect(run.status).toBe("COMPLETED");
    expect(run.startedAt?.getTime()).toBeGreaterThanOrEqual(run.delayedUntil?.getTime() ?? Infinity);
  });

  it("is started many at once, each time the batch is sent only once", async () => {
    const batch = await tasks.batchTrigger<typeof add>(
      "add",
      [1, 2, 3].map((a) => ({ payload: { a, b: 0 }, options: { tags: [`batch-${a}`] } })),
    );
    const listed = await runs.list({ batch: batch.batchId });
    expect(listed.data).toHaveLength(3);
    for (const { id } of listed.data) expect((await finished(id)).status).toBe("COMPLETED");
  });
});

describe("a queue of one place for each concurrency key", () => {
  const trigger = (tag: string, concurrencyKey: string | undefined, begun: number) =>
    tasks.trigger<typeof keyed>("keyed", { tag, begun }, { tags: [tag], concurrencyKey });
  const results = (handles: { id: string }[]) =>
    Promise.all(handles.map(async ({ id }) => (await finished<Work>(id)).output as Work));
  type Work = { working: number; from: number; to: number };

  it.each([
    ["a key", "one"],
    ["no key", undefined],
  ])("lets one run after the other with %s", async (_, key) => {
    const tag = crypto.randomUUID();
    const handles: { id: string }[] = [];
    for (let n = 0; n < 4; n += 1) handles.push(await trigger(tag, key, 1));
    const works = await results(handles);
    expect(works.map(({ working }) => working)).toEqual([1, 1, 1, 1]);
    for (const [index, { from }] of works.entries()) expect(from).toBeGreaterThanOrEqual(works[index - 1]?.to ?? 0);
  });

  it("lets runs of different keys work at the same time", async () => {
    const tag = crypto.randomUUID();
    // The first one ends when it sees that the other has begun: one after the other they would wait for ever.
    const handles = [await trigger(tag, "one", 2), await trigger(tag, "two", 2)];
    expect(Math.max(...(await results(handles)).map(({ working }) => working))).toBe(2);
  });
});

describe("what is too large for a request", () => {
  const MIB = 1024 * 1024;
  const text = "\u00e9\u0000".repeat(MIB / 2);

  it("reaches the task and comes back from it: a payload and an output of 1 MiB", async () => {
    const handle = await tasks.trigger<typeof large>("large", { text, size: MIB });
    const run = await finished<{ seen: number; text: string }>(handle.id);
    expect(run).toMatchObject({ status: "COMPLETED", payload: { text }, output: { seen: MIB } });
    expect(run.output?.text).toBe("o".repeat(MIB));
    expect((await runs.retrieve(handle.id)).output).toEqual(run.output);
  });

  it("is sent with each run of a batch", async () => {
    const items = [1, 2].map((size) => ({ payload: { text, size } }));
    const { batchId } = await tasks.batchTrigger<typeof large>("large", items);
    const { data } = await runs.list({ batch: batchId });
    const ended = await Promise.all(data.map(({ id }) => finished<{ seen: number; text: string }>(id)));
    expect(ended.map(({ output }) => output?.seen)).toEqual([MIB, MIB]);
  });

  it("goes from a run to those it waits for, and back", async () => {
    const handle = await tasks.trigger<typeof passingOn>("passing-on", { size: MIB });
    const { output, error } = await finished<number[][]>(handle.id);
    expect(error).toBeUndefined();
    expect(output).toEqual([
      [MIB, MIB],
      [MIB, MIB],
      [MIB, 1],
    ]);
  });

  it("ends the run when it is too large to keep", async () => {
    const handle = await tasks.trigger<typeof large>("large", { text: "", size: 17 * MIB }, { maxAttempts: 1 });
    const run = await finished(handle.id);
    expect(run.isFailed).toBe(true);
    expect(run.error?.message).toContain("TASK_OUTPUT_ERROR");
  });
});

describe("runs", () => {
  it("are listed by every filter, page by page, in both directions", async () => {
    const tag = crypto.randomUUID();
    const ids: string[] = [];
    for (let a = 0; a < 5; a++) {
      const handle = await tasks.trigger<typeof add>(
        "add",
        { a, b: 0 },
        { tags: [tag], queue: "side", machine: "micro" },
      );
      ids.unshift(handle.id);
    }
    for (const id of ids) await finished(id);
    const all: string[] = [];
    for await (const run of runs.list({ tag, limit: 2 })) all.push(run.id);
    expect(all).toEqual(ids);
    const page = await runs.list({ tag, limit: 2, after: ids[1] });
    expect(page.data.map(({ id }) => id)).toEqual(ids.slice(2, 4));
    const back = await runs.list({ tag, limit: 2, before: ids[2] });
    expect(back.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));

    const count = async (query: object) => (await runs.list({ tag, ...query })).data.length;
    const version = (await runs.retrieve(ids[0] ?? "")).version ?? "";
    expect(await count({ status: "COMPLETED", taskIdentifier: ["add", "other"], version })).toBe(5);
    expect(await count({ status: ["FAILED", "QUEUED"] })).toBe(0);
    expect(await count({ taskIdentifier: "other" })).toBe(0);
    expect(await count({ version: "20000101.1" })).toBe(0);
    expect(await count({ queue: { type: "custom", name: "side" }, machine: "micro" })).toBe(5);
    expect(await count({ queue: { type: "task", name: "add" } })).toBe(0);
    expect(await count({ machine: "large-2x" })).toBe(0);
    expect(await count({ from: new Date(Date.now() - 60_000), to: new Date() })).toBe(5);
    expect(await count({ to: new Date(Date.now() - 3_600_000) })).toBe(0);
    expect(await count({ period: "1h" })).toBe(5);
    expect(await count({ isTest: true })).toBe(0);
  });
});

describe("what the engine has not", () => {
  it.each([
    ["an unknown task", "nobody", {}, 404],
    ["an unknown version", "add", { version: "20000101.1" }, 422],
    ["a region", "add", { region: "eu" }, 400],
    ["debouncing", "add", { debounce: { key: "a", delay: "5s" } }, 400],
    ["no duration", "add", { delay: "soon" }, 400],
  ])("is refused with a sentence: %s", async (_, task, options, status) => {
    await expect(tasks.trigger(task, {}, options)).rejects.toMatchObject({ status });
  });
});
