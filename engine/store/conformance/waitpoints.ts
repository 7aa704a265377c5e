import { beforeEach, expect, it } from "vitest";
import type { NewWaitpoint } from "../waitpoints.ts";
import { addRun, after, afterTheLock, now, unique, type Given } from "./fixtures.ts";

const result = { output: "{}", outputIsError: false };

export function describeWaitpoints(given: Given): void {
  let runId: string;
  let stream: string;
  beforeEach(async () => {
    runId = (await addRun(given)).id;
    stream = unique("stream");
  });

  const make = (more: Partial<NewWaitpoint> = {}) =>
    given.store.transaction((tx) =>
      tx.waitpoints.insertOrFind({ runId, stream, idempotencyKey: null, timeoutAt: null, ...more }),
    );
  const block = (id: string, run = runId) => given.store.transaction((tx) => tx.waitpoints.block(run, id));
  const byId = async (id: string) => (await given.store.waitpoints.byIds([id]))[0];

  it("is made once for each key of a run, however often it is asked for", async () => {
    const made = await Promise.all([1, 2, 3].map(() => make({ idempotencyKey: "key" })));
    expect(new Set(made.map(({ waitpoint }) => waitpoint.id)).size).toBe(1);
    expect(made.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect((await make({ idempotencyKey: "other" })).isNew).toBe(true);
    expect((await make({ idempotencyKey: "key", runId: (await addRun(given)).id })).isNew).toBe(true);
    expect([(await make()).isNew, (await make()).isNew]).toEqual([true, true]);
  });

  it("is pending at first, and blocks only the run it belongs to", async () => {
    const { waitpoint } = await make({ timeoutAt: after(5) });
    expect(waitpoint).toMatchObject({ run_id: runId, stream, is_blocking: false, completed_at: null });
    expect(waitpoint.timeout_at).toEqual(after(5));
    expect(await block(waitpoint.id, "run_other")).toBeUndefined();
    expect((await byId(waitpoint.id))?.is_blocking).toBe(false);
    expect(await block(waitpoint.id)).toMatchObject({ id: waitpoint.id, is_blocking: true });
    expect(await given.store.waitpoints.byIds([])).toEqual([]);
  });

  it("completes once, with those it waits with; only runs that have stopped are to be told", async () => {
    const [free, blocked] = [(await make()).waitpoint, (await make()).waitpoint];
    const elsewhere = (await make({ stream: unique("stream") })).waitpoint;
    for (const { id } of [blocked, elsewhere]) await block(id);
    const complete = (output: string) =>
      given.store.transaction((tx) => tx.waitpoints.completeOnStream(stream, { output, outputIsError: true }, now));
    expect((await complete("first")).map(({ id }) => id)).toEqual([blocked.id]);
    expect(await complete("second")).toEqual([]);
    const done = { completed_at: now, output: "first", output_is_error: true };
    expect([await byId(free.id), await byId(blocked.id)]).toMatchObject([done, done]);
    expect(await byId(elsewhere.id)).toMatchObject({ completed_at: null });
    expect(await block(free.id)).toMatchObject({ completed_at: now });
  });

  it("completes by itself too, once", async () => {
    const { waitpoint } = await make();
    await block(waitpoint.id);
    const complete = () => given.store.transaction((tx) => tx.waitpoints.completeById(waitpoint.id, result, now));
    expect(await complete()).toMatchObject([{ id: waitpoint.id, output: "{}" }]);
    expect(await complete()).toEqual([]);
  });

  it("is overdue from its time on, until it completes", async () => {
    const { id } = (await make({ timeoutAt: after(1000) })).waitpoint;
    const endless = (await make()).waitpoint;
    const overdue = async (ms: number) => (await given.store.waitpoints.overdue(after(ms))).map((one) => one.id);
    expect(await overdue(999)).not.toContain(id);
    expect(await overdue(1000)).toContain(id);
    expect(await overdue(1e12)).not.toContain(endless.id);
    await given.store.transaction((tx) => tx.waitpoints.completeById(id, result, now));
    expect(await overdue(1000)).not.toContain(id);
  });

  it("is seen complete by a run that stops at it while it completes", async () => {
    const { id } = (await make()).waitpoint;
    const seen = await afterTheLock(
      given,
      (tx) => tx.waitpoints.block(runId, id),
      (tx) => tx.waitpoints.completeById(id, result, now),
    );
    expect(seen?.completed_at).toEqual(now);
  });

  it("completes with the run it waits for, of whatever batch", async () => {
    const [child, batch] = [unique("run"), unique("batch")];
    const wait = (more: Partial<NewWaitpoint>) =>
      make({ type: "RUN", stream: null, isBlocking: true, childRunId: child, ...more });
    await wait({ batchId: batch, batchIndex: 1 });
    await wait({ batchId: batch, batchIndex: 0, childRunId: unique("run") });
    const alone = await wait({});
    expect(alone.waitpoint).toMatchObject({ type: "RUN", child_run_id: child, batch_id: null, is_blocking: true });
    const told = { output: "7", outputType: "text/plain", outputIsError: false };
    const completed = await given.store.transaction((tx) => tx.waitpoints.completeOnRun(child, told, now));
    expect(completed).toHaveLength(2);
    expect(completed[0]).toMatchObject({ output: "7", output_type: "text/plain", completed_at: now });
    const both = await given.store.waitpoints.ofBatch(runId, batch);
    expect(both.map(({ batch_index: index, completed_at: at }) => [index, at])).toEqual([
      [0, null],
      [1, now],
    ]);
    expect(await given.store.transaction((tx) => tx.waitpoints.completeOnRun(child, told, now))).toEqual([]);
  });
}
