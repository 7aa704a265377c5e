import { expect, it } from "vitest";
import { addRun, after, emptyQueue, now, type Given } from "./fixtures.ts";

export function describeQueue(given: Given): void {
  const byId = (id: string) => given.store.runs.byId(id);
  const take = (worker = "worker_1") => given.store.runs.takeQueued(worker, now);

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
}
