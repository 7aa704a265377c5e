import { expect, it } from "vitest";
import { startAttempt } from "../../core/run.ts";
import { isOver, toState } from "../runs.ts";
import { addRun, addSession, after, afterTheLock, emptyQueue, now, type Given } from "./fixtures.ts";

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

  const end = (id: string) =>
    given.store.transaction(async (tx) => {
      const run = await tx.runs.lock(id);
      const ended = { executionStatus: "FINISHED", status: "CANCELED", leaseUntil: null, finishedAt: now } as const;
      if (run) await tx.runs.apply(run, ended);
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
}
