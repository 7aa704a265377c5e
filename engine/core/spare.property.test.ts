import fc from "fast-check";
import { expect, it } from "vitest";
import { afterRunFinished, afterRunStarted, needsSpare, type IdleProcesses } from "./spare.ts";

/** The worker's own pool, kept as it is described: a finished run's process waits 30 s, the longest waiting is used. */
class Pool {
  idle: number[] = [];

  at(now: number) {
    this.idle = this.idle.filter((since) => since + 30_000 > now);
  }
}

const step = fc.record({
  after: fc.integer({ min: 0, max: 20_000 }),
  what: fc.constantFrom("started", "finished", "crashed"),
});

it("the count of idle processes never exceeds what the worker has, and asks for a spare before the last is gone", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      const pool = new Pool();
      let counted: IdleProcesses = [];
      let ms = 0;
      for (const { after, what } of steps) {
        ms += after;
        const now = new Date(ms);
        pool.at(ms);
        if (what === "started") {
          pool.idle.shift();
          counted = afterRunStarted(counted, now);
        } else {
          if (what === "finished") pool.idle.push(ms);
          counted = afterRunFinished(counted, now, what === "finished");
        }
        const alive = counted.filter((since) => since.getTime() + 30_000 > ms);
        expect(alive.length).toBeLessThanOrEqual(pool.idle.length);
        if (pool.idle.length === 0) expect(needsSpare(counted, now)).toBe(true);
        if (!needsSpare(counted, now)) expect(pool.idle.some((since) => since + 24_000 > ms)).toBe(true);
      }
    }),
  );
});
