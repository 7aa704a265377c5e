import { expect, it } from "vitest";
import { now, unique, type Given } from "./fixtures.ts";

const tasks = [{ id: "chat", filePath: "trigger/chat.ts", triggerSource: "agent" }];
const days = (count: number) => new Date(now.getTime() + count * 24 * 3600 * 1000);

export function describeWorkers(given: Given): void {
  const register = (contentHash: string, at = now) => given.store.workers.register(contentHash, tasks, at);

  it("is the newest once registered, and found by its id", async () => {
    const worker = await register(unique("hash"));
    expect(worker.tasks).toEqual(tasks);
    expect(await given.store.workers.newest()).toMatchObject({ id: worker.id, version: worker.version, tasks });
    expect(await given.store.workers.byId(worker.id)).toMatchObject({ id: worker.id });
    expect(await given.store.workers.byId("worker_nobody")).toBeUndefined();
  });

  it("keeps its id and version when the same build comes again, but not when another came between", async () => {
    const [hash, other] = [unique("hash"), unique("hash")];
    const first = await register(hash, days(10));
    expect(first.version).toBe("20261202.1");
    expect(await register(hash, days(11))).toMatchObject({ id: first.id, version: first.version });
    expect((await register(other, days(10))).version).toBe("20261202.2");
    const again = await register(hash, days(10));
    expect(again.version).toBe("20261202.3");
    expect(again.id).not.toBe(first.id);
  });

  it("is numbered anew each day, past nine, and when the clock is set back", async () => {
    const versions: string[] = [];
    for (let n = 0; n < 10; n += 1) versions.push((await register(unique("hash"), days(20))).version);
    expect(versions.at(-1)).toBe("20261212.10");
    expect((await register(unique("hash"), days(21))).version).toBe("20261213.1");
    expect((await register(unique("hash"), days(20))).version).toBe("20261212.11");
  });

  it("has a version of its own when several register at once", async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => register(unique("hash"), days(30))));
    expect(all.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5].map((n) => `20261222.${n}`));
    const hash = unique("hash");
    const same = await Promise.all([register(hash, days(30)), register(hash, days(30))]);
    expect(new Set(same.map(({ id }) => id)).size).toBe(1);
  });

  it("is found by its version, with the queues it declares", async () => {
    const queues = [{ name: "q", concurrencyLimit: 2 }, { name: "open" }];
    const { id, version } = await given.store.workers.register(unique("hash"), tasks, now, queues);
    expect(await given.store.workers.byVersion(version)).toMatchObject({ id, queues });
    expect(await given.store.workers.byVersion("20000101.1")).toBeUndefined();
  });
}
