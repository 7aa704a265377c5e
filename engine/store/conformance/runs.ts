import { expect, it } from "vitest";
import { startAttempt } from "../../core/run.ts";
import { isOver, toState, type NewRun, type RunFilter } from "../runs.ts";
import { addRun, addSession, after, afterTheLock, emptyQueue, newRun, now, type Given, unique } from "./fixtures.ts";

export function describeRuns(given: Given): void {
  const byId = (id: string) => given.store.runs.byId(id);
  const take = (worker = "worker_1") => given.store.runs.takeQueued(worker, now);
  const start = (id: string, leaseMs = 30_000) =>
    given.store.transaction(async (tx) => {
      const run = await tx.runs.lock(id);
      const change = run && startAttempt(toState(run), now, leaseMs);
      if (!run || !change) throw new Error("not to be started");
      return tx.runs.apply(run, change);
    });

  it("gives back what was inserted, queued, with a trace of its own", async () => {
    const session = await addSession(given);
    const run = await addRun(given, { sessionId: session.id, payload: { a: "ä" }, tags: ["t"] });
    expect(run).toMatchObject({
      session_id: session.id,
      payload: '{"a":"ä"}',
      tags: ["t"],
      is_spare: false,
      execution_status: "QUEUED",
      status: "PENDING",
      attempt: 0,
      worker_id: null,
      lease_until: null,
    });
    expect(run.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(await byId(run.id)).toEqual(run);
    expect(isOver(run)).toBe(false);
    expect(await byId("run_nobody")).toBeUndefined();
  });

  it("is taken once, oldest first, a person's before a spare, and not before its time", async () => {
    await emptyQueue(given);
    const late = await addRun(given, { availableAt: after(1) });
    const spare = await addRun(given, { availableAt: after(-3), isSpare: true });
    const second = await addRun(given, { availableAt: after(-1) });
    const first = await addRun(given, { availableAt: after(-2) });
    const taken = [await take(), await take(), await take(), await take()];
    expect(taken.map((run) => run?.id)).toEqual([first.id, second.id, spare.id, undefined]);
    expect(taken[0]).toMatchObject({ execution_status: "PENDING_EXECUTING", worker_id: "worker_1" });
    expect(taken[0]?.snapshot_id).not.toBe(first.snapshot_id);
    expect((await given.store.runs.takeQueued("worker_1", after(1)))?.id).toBe(late.id);
  });

  it("is counted while it is due or live, spares only when they are live", async () => {
    await emptyQueue(given);
    const before = await given.store.runs.counts(now);
    expect(before.queued).toBe(0);
    const run = await addRun(given);
    await addRun(given, { availableAt: after(1) });
    await addRun(given, { availableAt: after(1), isSpare: true });
    expect(await given.store.runs.counts(now)).toEqual({ live: before.live, queued: 1 });
    expect((await take())?.id).toBe(run.id);
    expect(await given.store.runs.counts(after(1))).toEqual({ live: before.live + 1, queued: 1 });
  });

  it("goes to one of many takers", async () => {
    await emptyQueue(given);
    const added = await Promise.all(Array.from({ length: 12 }, () => addRun(given)));
    const taken = await Promise.all(Array.from({ length: 20 }, (_, n) => take(`worker_${n}`)));
    const ids = taken.flatMap((run) => (run ? [run.id] : []));
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
    // Who met only rows that others were just taking goes away with nothing, and asks again.
    for (let run = await take(); run; run = await take()) ids.push(run.id);
    expect(ids.sort()).toEqual(added.map((run) => run.id).sort());
  });

  it("lets a taker by while another is still at it", async () => {
    await emptyQueue(given);
    const [first, second] = [await addRun(given, { availableAt: after(-1) }), await addRun(given)];
    await given.store.transaction(async (tx) => {
      expect((await tx.runs.takeQueued("worker_1", now))?.id).toBe(first.id);
      expect((await take("worker_2"))?.id).toBe(second.id);
      expect(await take("worker_2")).toBeUndefined();
    });
  });

  it("goes back to the queue when the taking is undone", async () => {
    await emptyQueue(given);
    const run = await addRun(given);
    const failing = given.store.transaction(async (tx) => {
      await tx.runs.takeQueued("worker_1", now);
      throw new Error("on purpose");
    });
    await expect(failing).rejects.toThrow("on purpose");
    expect(await byId(run.id)).toEqual(run);
  });

  it("gets a snapshot with each change, which tells of that state and its waitpoints", async () => {
    const run = await addRun(given);
    expect(await given.store.runs.snapshotById(run.snapshot_id)).toBeUndefined();
    const change = { executionStatus: "EXECUTING", status: "EXECUTING", attempt: 1, leaseUntil: after(9) } as const;
    const changed = await given.store.transaction((tx) => tx.runs.apply(run, change, ["waitpoint_1"]));
    expect(changed).toMatchObject({ execution_status: "EXECUTING", attempt: 1, lease_until: after(9) });
    expect(await given.store.runs.snapshotById(changed.snapshot_id)).toMatchObject({
      run_id: run.id,
      attempt: 1,
      execution_status: "EXECUTING",
      waitpoint_ids: ["waitpoint_1"],
    });
    const told = await given.store.transaction((tx) => tx.runs.apply(changed, {}));
    expect(told).toMatchObject({ execution_status: "EXECUTING", attempt: 1, lease_until: after(9) });
    expect(told.snapshot_id).not.toBe(changed.snapshot_id);
  });

  it("knows with which snapshot it was last given to a worker", async () => {
    await emptyQueue(given);
    const { id } = await addRun(given);
    expect(await given.store.runs.lastDequeue(id)).toBeUndefined();
    const first = await take();
    expect(await given.store.runs.lastDequeue(id)).toBe(first?.snapshot_id);
    await given.store.transaction(async (tx) => {
      if (first) await tx.runs.apply(first, { executionStatus: "QUEUED", status: "PENDING" });
    });
    const second = await take();
    await start(id);
    expect(await given.store.runs.lastDequeue(id)).toBe(second?.snapshot_id);
  });

  it("keeps how it ended", async () => {
    const run = await addRun(given);
    const error = { type: "INTERNAL_ERROR", code: "X" };
    const ended = { executionStatus: "FINISHED", status: "CRASHED", leaseUntil: null, finishedAt: now } as const;
    await given.store.transaction((tx) => tx.runs.apply(run, { ...ended, error, output: "{}" }));
    const over = await byId(run.id);
    expect(over).toMatchObject({ status: "CRASHED", finished_at: now, lease_until: null, error, output: "{}" });
    expect(over && isOver(over)).toBe(true);
  });

  it("is changed by one transaction at a time", async () => {
    const run = await addRun(given);
    const second = await afterTheLock(
      given,
      (tx) => tx.runs.lock(run.id),
      (tx) => tx.runs.apply(run, { attempt: 7 }),
    );
    expect(second?.attempt).toBe(7);
  });

  it("is live from its taking to its end, and silent once its lease is over", async () => {
    await emptyQueue(given);
    const { id } = await addRun(given);
    expect(await given.store.runs.liveIds()).not.toContain(id);
    const extend = (snapshotId: string, ms: number) => given.store.runs.extendLease(id, snapshotId, after(ms));
    expect(await extend("snapshot_none", 99_999)).toBe(false);
    expect((await byId(id))?.lease_until).toBeNull();
    const taken = await take();
    expect(await given.store.runs.liveIds()).toContain(id);
    const started = await start(id, 1000);
    const silentAt = async (ms: number) => (await given.store.runs.withExpiredLease(after(ms))).includes(id);
    expect([await silentAt(999), await silentAt(1000)]).toEqual([false, true]);
    expect(await extend(taken?.snapshot_id ?? "", 99_999)).toBe(false);
    expect(await extend(started.snapshot_id, 2000)).toBe(true);
    expect([await silentAt(1999), await silentAt(2000)]).toEqual([false, true]);
    expect((await byId(id))?.snapshot_id).toBe(started.snapshot_id);
    const ended = { executionStatus: "FINISHED", status: "CANCELED", leaseUntil: null, finishedAt: now } as const;
    await given.store.transaction((tx) => tx.runs.apply(started, ended));
    expect(await extend(started.snapshot_id, 3000)).toBe(false);
    expect(await silentAt(1e9)).toBe(false);
    expect(await given.store.runs.liveIds()).not.toContain(id);
  });

  it("is the one spare until it is over", async () => {
    await emptyQueue(given);
    for (const id of await given.store.runs.liveIds()) await end(id);
    expect(await given.store.runs.isSparePending()).toBe(false);
    await addRun(given);
    expect(await given.store.runs.isSparePending()).toBe(false);
    const { id } = await addRun(given, { isSpare: true });
    expect(await given.store.runs.isSparePending()).toBe(true);
    await end(id);
    expect(await given.store.runs.isSparePending()).toBe(false);
  });

  const end = (id: string) =>
    given.store.transaction(async (tx) => {
      const run = await tx.runs.lock(id);
      const ended = { executionStatus: "FINISHED", status: "CANCELED", leaseUntil: null, finishedAt: now } as const;
      if (run) await tx.runs.apply(run, ended);
    });

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
