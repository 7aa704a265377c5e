import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as core from "../core/run.ts";
import { isOver, toState } from "../store/runs.ts";
import { createTestEngine, type TestEngine } from "../testing/engine.ts";
import { addToBatch } from "./batch.ts";
import { cancelRun } from "./cancel-run.ts";
import { changeRun } from "./end-run.ts";
import { expireRuns } from "./expire-runs.ts";
import { triggerTask, type TriggerRequest } from "./trigger.ts";

let engine: TestEngine;
let parent: string;
beforeAll(async () => void (engine = await createTestEngine()));
afterAll(() => engine.stop());
beforeEach(async () => {
  parent = (await trigger()).run.id;
  await execute(parent);
});

const trigger = (more: Partial<TriggerRequest> = {}) =>
  triggerTask(engine, { task: "t", payload: "{}", payloadType: "application/json", ...more });

const wait = (more: Partial<TriggerRequest> = {}) =>
  trigger({ parentRunId: parent, resumeParentOnCompletion: true, ...more });

async function execute(id: string) {
  await changeRun(engine, id, (run) => core.dequeue(toState(run), engine.now()));
  await changeRun(engine, id, (run) => core.startAttempt(toState(run), engine.now(), 30_000));
}

const finish = (id: string, completion: core.Completion = { ok: true, output: "7" }) =>
  changeRun(engine, id, (run) => core.complete(toState(run), 1, completion, engine.now()));

const find = async (id: string) => {
  const run = await engine.store.runs.byId(id);
  if (!run) throw new Error("no such run");
  return run;
};

/** What the parent's newest snapshot tells it of. */
async function told() {
  const snapshot = await engine.store.runs.snapshotById((await find(parent)).snapshot_id);
  return engine.store.waitpoints.byIds(snapshot?.waitpoint_ids ?? []);
}

describe("a run that waits for another", () => {
  it("is told of its end, and of what came of it", async () => {
    const { run } = await wait();
    expect(run).toMatchObject({ parent_id: parent, root_id: parent, depth: 1, resumes_parent: true });
    await execute(run.id);
    expect(await told()).toEqual([]);
    await finish(run.id);
    expect(await told()).toMatchObject([{ type: "RUN", child_run_id: run.id, output: "7", output_is_error: false }]);
    expect((await find(parent)).execution_status).toBe("EXECUTING");
  });

  it("is told when the other fails, and when it is cancelled before it began", async () => {
    const failed = (await wait()).run.id;
    await execute(failed);
    await finish(failed, { ok: false, error: { type: "BUILT_IN_ERROR" } });
    expect(await told()).toMatchObject([{ child_run_id: failed, output_is_error: true }]);
    const cancelled = (await wait()).run.id;
    await cancelRun(engine, cancelled);
    expect(await told()).toMatchObject([{ child_run_id: cancelled, output_is_error: true }]);
  });

  it("is told at once when its key names one that is over, and waits when that one still goes", async () => {
    const { run } = await wait({ idempotencyKey: parent });
    const again = await wait({ idempotencyKey: parent });
    expect([again.isCached, again.run.id]).toEqual([true, run.id]);
    expect(await told()).toEqual([]);
    await execute(run.id);
    await finish(run.id);
    const late = await wait({ idempotencyKey: parent });
    expect(late).toMatchObject({ isCached: true, told: [parent] });
    expect(await told()).toMatchObject([{ child_run_id: run.id, output: "7" }]);
  });

  it("makes room for it: a run that stands still for another does not count", async () => {
    const before = await engine.store.runs.counts(engine.now());
    await wait();
    expect((await engine.store.runs.counts(engine.now())).live).toBe(before.live - 1);
  });

  it("takes those it started with it when it is cancelled", async () => {
    const child = (await wait()).run.id;
    const grandchild = (await trigger({ parentRunId: child })).run.id;
    await cancelRun(engine, parent);
    expect((await find(parent)).execution_status).toBe("PENDING_CANCEL");
    expect(await Promise.all([child, grandchild].map(async (id) => (await find(id)).status))).toEqual([
      "CANCELED",
      "CANCELED",
    ]);
  });
});

describe("a batch", () => {
  const start = async (count: number) => {
    const { batch } = await engine.store.transaction((tx) =>
      tx.batches.insertOrFind({ run_count: count, parent_id: parent, resumes_parent: true, idempotency_key: null }),
    );
    const item = (index: number) =>
      addToBatch(engine, batch, {
        task: "t",
        payload: "{}",
        payloadType: "application/json",
        batch: { id: batch.id, index },
      });
    const runIds = async () => (await engine.store.batches.byId(batch.id))?.run_ids ?? [];
    return { item, runIds };
  };

  it("lets its parent go on when the last of its runs has ended, with all of them in their places", async () => {
    const { item, runIds } = await start(3);
    for (const index of [2, 0, 1]) expect(await item(index)).toBe(true);
    const ids = await runIds();
    for (const id of ids) await execute(id);
    await finish(ids[0] ?? "");
    expect(await told()).toEqual([]);
    // Two at the same time: one of them sees that it is the last.
    await Promise.all(ids.slice(1).map((id) => finish(id)));
    const places = (await told()).map(({ batch_index: index, child_run_id: id }) => [index, id]);
    expect(places.sort()).toEqual(ids.map((id, index) => [index, id]));
  });

  it("does not let it go on before all of its runs are there", async () => {
    const { item, runIds } = await start(2);
    await item(0);
    const [first = ""] = await runIds();
    await execute(first);
    await finish(first);
    expect(await told()).toEqual([]);
    await item(1);
    const second = (await runIds())[1] ?? "";
    await execute(second);
    await finish(second);
    expect(await told()).toHaveLength(2);
  });

  it("starts each of its runs once, however often its items are sent, at the same time too", async () => {
    const { item, runIds } = await start(1);
    const accepted = await Promise.all([item(0), item(0), item(0)]);
    expect(accepted.filter(Boolean)).toHaveLength(1);
    expect(await engine.store.runs.childrenOf(parent)).toHaveLength(1);
    expect(await runIds()).toHaveLength(1);
  });
});

describe("a run that is started", () => {
  it("is one for one key, at the same time too, until it fails", async () => {
    const key = crypto.randomUUID();
    const started = await Promise.all([1, 2, 3].map(() => trigger({ idempotencyKey: key })));
    expect(new Set(started.map(({ run }) => run.id)).size).toBe(1);
    const id = started[0]?.run.id ?? "";
    await execute(id);
    await finish(id, { ok: false, error: { type: "BUILT_IN_ERROR" } });
    expect((await trigger({ idempotencyKey: key })).isCached).toBe(false);
  });

  it("is another for the same key once that has run out", async () => {
    const key = crypto.randomUUID();
    const { run } = await trigger({ idempotencyKey: key, idempotencyKeyTTL: "1m" });
    engine.advance(61_000);
    expect((await trigger({ idempotencyKey: key })).run.id).not.toBe(run.id);
  });

  it("expires when nobody takes it, and its parent hears of it", async () => {
    const { run } = await wait({ ttl: "5s" });
    engine.advance(4_000);
    await expireRuns(engine);
    expect(isOver(await find(run.id))).toBe(false);
    engine.advance(2_000);
    await expireRuns(engine);
    expect((await find(run.id)).status).toBe("EXPIRED");
    expect(await told()).toMatchObject([{ child_run_id: run.id, output_is_error: true }]);
  });

  it("is refused for a parent that is not there", async () => {
    await expect(wait({ parentRunId: "run_nobody" })).rejects.toMatchObject({ status: 404 });
  });
});
