import { expect, it } from "vitest";
import type { NewRun, RunFilter } from "../runs.ts";
import { addRun, after, afterTheLock, emptyQueue, newRun, now, type Given, unique } from "./fixtures.ts";

export function describeTaskRuns(given: Given): void {
  const take = (worker = "worker_1") => given.store.runs.takeQueued(worker, now);

  it("keeps what its owner asked for, and gives the rest its standard value", async () => {
    const plain = await addRun(given);
    expect(plain).toMatchObject({
      payload_type: "application/json",
      metadata: {},
      depth: 0,
      parent_id: null,
      ttl: null,
    });
    const options = {
      metadata: { a: ["ä"] },
      machine: "micro",
      max_attempts: 3,
      max_duration: 60,
      delayed_until: after(1),
    };
    const run = await addRun(given, { payload: "[1]", options });
    expect(run).toMatchObject({ payload: "[1]", ...options });
    const amended = await given.store.transaction((tx) => tx.runs.amend(run.id, { metadata: { b: 1 }, tags: ["x"] }));
    expect(amended).toMatchObject({ metadata: { b: 1 }, tags: ["x"], snapshot_id: run.snapshot_id });
  });

  it("is found by its key as long as that is taken, and callers with one key take turns", async () => {
    const key = unique("key");
    const options = { idempotency_key: key, idempotency_until: after(10) };
    const find = (at: Date, task = "chat") => given.store.transaction((tx) => tx.runs.byIdempotencyKey(task, key, at));
    const findOrAdd = () =>
      given.store.transaction(async (tx) => {
        const run = await tx.runs.byIdempotencyKey("chat", key, now);
        return (run ?? (await tx.runs.insert(newRun({ options })))).id;
      });
    const ids = await Promise.all([1, 2, 3].map(findOrAdd));
    expect(new Set(ids).size).toBe(1);
    expect((await find(after(9)))?.id).toBe(ids[0]);
    expect(await find(after(10))).toBeUndefined();
    expect(await find(now, "other")).toBeUndefined();
  });

  it("is given to the build it is locked to", async () => {
    await emptyQueue(given);
    await addRun(given, { options: { locked_worker_id: "worker_old" } });
    expect((await take("worker_new"))?.worker_id).toBe("worker_old");
  });

  it("is passed over while its queue is full, for each key of its own; one that stands still fills no place", async () => {
    await emptyQueue(given);
    const queue = unique("queue");
    const limits = [{ name: queue, limit: 1 }];
    const takeLimited = () => given.store.runs.takeQueued("worker_1", now, limits);
    const [first, second] = [await addRun(given, { options: { queue } }), await addRun(given, { options: { queue } })];
    const other = await addRun(given, { availableAt: after(-1), options: { queue, concurrency_key: "a" } });
    expect((await takeLimited())?.id).toBe(other.id);
    expect((await takeLimited())?.id).toBe(first.id);
    expect(await takeLimited()).toBeUndefined();
    await given.store.transaction((tx) =>
      tx.waitpoints.insertOrFind({
        runId: first.id,
        type: "RUN",
        stream: null,
        idempotencyKey: null,
        timeoutAt: null,
        isBlocking: true,
      }),
    );
    expect((await takeLimited())?.id).toBe(second.id);
  });

  it("is not taken beyond its queue's limit by two who take at once", async () => {
    await emptyQueue(given);
    const queue = unique("queue");
    const limits = [{ name: queue, limit: 1 }];
    const add = (key: string, ms: number) =>
      addRun(given, { availableAt: after(ms), options: { queue, concurrency_key: key } });
    const [first, , other] = [await add("a", -3), await add("a", -2), await add("b", -1)];
    const second = await afterTheLock(
      given,
      (tx) => tx.runs.takeQueued("worker_1", now, limits),
      async (_, taken) => expect(taken?.id).toBe(first.id),
    );
    expect(second?.id).toBe(other.id);
  });

  it("expires when it was not taken in time", async () => {
    await emptyQueue(given);
    const run = await addRun(given, { options: { expires_at: after(5) } });
    expect(await given.store.runs.expired(after(4))).not.toContain(run.id);
    expect(await given.store.runs.expired(after(5))).toContain(run.id);
    await take();
    expect(await given.store.runs.expired(after(5))).not.toContain(run.id);
  });

  it("is listed by every filter, the newest first, in pages both ways, and spares never", async () => {
    const tag = unique("tag");
    const add = (more: Partial<NewRun> = {}) => addRun(given, { tags: [tag], ...more });
    const a = await add({ options: { queue: "q", machine: "micro", batch_id: tag } });
    const b = await add({ task: "other" });
    const c = await add({ options: { delayed_until: after(10) } });
    await add({ isSpare: true });
    const list = async (filter: Partial<RunFilter>) =>
      (await given.store.runs.list({ limit: 10, tags: [tag], ...filter }, now)).runs.map(({ id }) => id);
    expect(await list({})).toEqual([c.id, b.id, a.id]);
    expect(await list({ statuses: ["PENDING"] })).toEqual([b.id, a.id]);
    expect(await list({ statuses: ["DELAYED"] })).toEqual([c.id]);
    expect(await list({ tasks: ["other"] })).toEqual([b.id]);
    expect(await list({ queues: ["q"], machines: ["micro"], batch: tag })).toEqual([a.id]);
    expect(await list({ versions: ["20000101.1"] })).toEqual([]);
    expect(await list({ createdFrom: new Date(Date.now() + 60_000) })).toEqual([]);
    expect(await list({ createdTo: new Date(Date.now() + 60_000) })).toHaveLength(3);
    const page = (filter: Partial<RunFilter>) => given.store.runs.list({ limit: 1, tags: [tag], ...filter }, now);
    expect(await page({})).toMatchObject({ runs: [{ id: c.id }], next: c.id, previous: undefined });
    expect(await page({ after: c.id })).toMatchObject({ runs: [{ id: b.id }], next: b.id, previous: b.id });
    expect(await page({ before: a.id })).toMatchObject({ runs: [{ id: b.id }], next: b.id, previous: b.id });
    expect(await page({ after: b.id })).toMatchObject({ runs: [{ id: a.id }], next: undefined, previous: a.id });
  });

  it("knows those it started, in their order", async () => {
    const parent = await addRun(given);
    const children = [
      await addRun(given, { options: { parent_id: parent.id } }),
      await addRun(given, { options: { parent_id: parent.id } }),
    ];
    expect((await given.store.runs.childrenOf(parent.id)).map(({ id }) => id)).toEqual(children.map(({ id }) => id));
    expect(await given.store.runs.childrenOf(children[0]?.id ?? "")).toEqual([]);
  });
}
