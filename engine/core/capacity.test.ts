import fc from "fast-check";
import { expect, it } from "vitest";
import { liveRunLimit, runsToEnd } from "./capacity.ts";

const gigabytes = (n: number) => n * 1024 ** 3;

it("fits the live runs into the memory", () => {
  expect([1, 2, 4, 8, 24, 256].map((n) => liveRunLimit(gigabytes(n)))).toEqual([2, 2, 12, 33, 100, 100]);
});

it("asks no more runs to leave than there are waiting behind a full house", () => {
  expect(runsToEnd({ limit: 10, live: 10, queued: 0 })).toBe(0);
  expect(runsToEnd({ limit: 10, live: 8, queued: 2 })).toBe(0);
  expect(runsToEnd({ limit: 10, live: 10, queued: 3 })).toBe(3);
  const count = fc.nat({ max: 200 });
  fc.assert(
    fc.property(count, count, count, (limit, live, queued) => {
      const ended = runsToEnd({ limit, live, queued });
      expect(ended).toBeGreaterThanOrEqual(0);
      expect(ended).toBeLessThanOrEqual(queued);
      // Once they have left, every queued run has room (if there was anybody to leave).
      if (ended <= live && live <= limit) expect(live - ended + queued).toBeLessThanOrEqual(Math.max(limit, live));
    }),
  );
});
