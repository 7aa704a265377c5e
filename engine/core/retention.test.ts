import fc from "fast-check";
import { expect, it } from "vitest";
import { BATCH_ROWS, mayHaveMore, retentionLimits, spareLimit } from "./retention.ts";

const now = new Date("2026-11-22T12:00:00Z");

it("keeps each kind as many days as its setting says, and spares a minute", () => {
  const limits = retentionLimits({ runDays: 7, sessionDays: 30, telemetryDays: 0.5 }, now);
  expect(limits).toEqual({
    run: new Date("2026-11-15T12:00:00Z"),
    session: new Date("2026-10-23T12:00:00Z"),
    telemetry: new Date("2026-11-22T00:00:00Z"),
  });
  expect(spareLimit(now)).toEqual(new Date("2026-11-22T11:59:00Z"));
});

it("forgets never more when a setting is longer, and never what is to come", () => {
  const days = fc.double({ min: 0, max: 3650, noNaN: true });
  fc.assert(
    fc.property(days, days, (one, other) => {
      const [short, long] = [Math.min(one, other), Math.max(one, other)];
      const of = (value: number) => retentionLimits({ runDays: value, sessionDays: value, telemetryDays: value }, now);
      for (const kind of ["run", "session", "telemetry"] as const) {
        expect(of(long)[kind].getTime()).toBeLessThanOrEqual(of(short)[kind].getTime());
        expect(of(short)[kind].getTime()).toBeLessThanOrEqual(now.getTime());
      }
    }),
  );
});

it("goes on after a full batch, and stops after any other", () => {
  expect([0, BATCH_ROWS - 1, BATCH_ROWS].map(mayHaveMore)).toEqual([false, false, true]);
});
