import { expect, it } from "vitest";
import { addRun, unique, type Given } from "./fixtures.ts";

const type = "application/json";
const store = "application/store";
/** Later than anything the store itself has put a time on. */
const future = () => new Date(Date.now() + 60_000);

export function describePackets(given: Given): void {
  const write = async (text = "{}") => {
    const id = unique("packet");
    await given.store.packets.write(id, { type, body: Buffer.from(text) });
    return id;
  };

  it("is what was written, byte for byte, and nothing that comes later under its name", async () => {
    const id = unique("packet");
    expect(await given.store.packets.read(id)).toBeUndefined();
    expect(await given.store.packets.has(id)).toBe(false);
    const first = { type: "text/plain", body: Buffer.from([0, 255, 10, 0]) };
    await Promise.all([1, 2, 3].map(() => given.store.packets.write(id, first)));
    await given.store.packets.write(id, { type, body: Buffer.from("second") });
    expect(await given.store.packets.read(id)).toEqual(first);
    expect(await given.store.packets.has(id)).toBe(true);
  });

  it("is forgotten with the last run whose payload or output it is", async () => {
    const [payload, output, unused] = [await write(), await write(), await write()];
    const first = await addRun(given, { payload, options: { payload_type: store } });
    const second = await addRun(given, { payload, options: { payload_type: store } });
    // A text that only looks like it.
    await addRun(given, { payload: unused });
    const end = { executionStatus: "FINISHED", status: "COMPLETED_SUCCESSFULLY", leaseUntil: null } as const;
    await given.store.transaction(async (tx) => {
      await tx.runs.amend(first.id, { output_type: store });
      await tx.runs.apply(first, { ...end, output, finishedAt: new Date(1_000) });
    });
    const left = () => Promise.all([payload, output, unused].map((id) => given.store.packets.has(id)));

    expect(await given.store.packets.removeUnused(new Date(0), 9)).toBe(0);
    expect(await given.store.packets.removeUnused(future(), 9)).toBeGreaterThanOrEqual(1);
    expect(await left()).toEqual([true, true, false]);

    await given.store.runs.removeEnded(new Date(2_000), 9);
    await given.store.packets.removeUnused(future(), 9);
    expect(await left()).toEqual([true, false, false]);

    await given.store.transaction((tx) => tx.runs.apply(second, { ...end, finishedAt: new Date(1_000) }));
    await given.store.runs.removeEnded(new Date(2_000), 9);
    await given.store.packets.removeUnused(future(), 9);
    expect(await left()).toEqual([false, false, false]);
  });

  it("is forgotten together with no more others than was asked for", async () => {
    await given.store.packets.removeUnused(future(), 1000);
    for (let n = 0; n < 3; n += 1) await write();
    expect(await given.store.packets.removeUnused(future(), 2)).toBe(2);
    expect(await given.store.packets.removeUnused(future(), 2)).toBe(1);
  });
}
