import { expect, it } from "vitest";
import { unique, type Given } from "./fixtures.ts";

export function describeBatches(given: Given): void {
  const make = (key: string | null = null) =>
    given.store.transaction((tx) =>
      tx.batches.insertOrFind({ run_count: 2, parent_id: null, resumes_parent: false, idempotency_key: key }),
    );

  it("is made once for each key", async () => {
    const key = unique("key");
    const made = await Promise.all([1, 2, 3].map(() => make(key)));
    expect(new Set(made.map(({ batch }) => batch.id)).size).toBe(1);
    expect(made.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect([(await make()).isNew, (await make()).isNew]).toEqual([true, true]);
  });

  it("has each place for the first run that comes", async () => {
    const { batch } = await make();
    const set = (index: number, run: string) =>
      given.store.transaction((tx) => tx.batches.setRun(batch.id, index, run));
    expect(await set(1, "run_b")).toBe(true);
    const taken = await Promise.all(["run_a", "run_c"].map((run) => set(0, run)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    const runs = (await given.store.batches.byId(batch.id))?.run_ids;
    expect(runs?.[1]).toBe("run_b");
    expect(["run_a", "run_c"]).toContain(runs?.[0]);
    expect(await given.store.batches.byId("batch_nobody")).toBeUndefined();
  });
}
