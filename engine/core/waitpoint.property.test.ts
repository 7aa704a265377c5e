import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { durationMs, isAlreadyMet, timedOut } from "./waitpoint.ts";

const now = new Date("2026-11-22T12:00:00Z");
const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const parts = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[]))),
  { minLength: 1, maxLength: 5 },
);

describe("a duration", () => {
  it("is the sum of its parts, with spaces or without", () => {
    fc.assert(
      fc.property(parts, fc.constantFrom("", " "), (given, space) => {
        const text = given.map(([count, unit]) => `${count}${space}${unit}`).join(space);
        expect(durationMs(text, now)).toBe(given.reduce((sum, [count, unit]) => sum + count * units[unit], 0));
      }),
    );
  });

  it("up to a date is the time until then, and none once it is past", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (ms) => {
        expect(durationMs(new Date(now.getTime() + ms).toISOString(), now)).toBe(Math.max(0, ms));
      }),
    );
  });

  it("is never negative and never NaN, whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9smhdw .:TZ+-]*$/)), (text) => {
        const ms = durationMs(text, now);
        if (ms !== undefined) expect(ms).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe("a wait at the end of a stream", () => {
  it("is met exactly when there is a record after the last one seen", () => {
    fc.assert(
      fc.property(fc.nat(100), fc.option(fc.nat(100), { nil: undefined }), (nextSeq, lastSeen) => {
        const unseen = Array.from({ length: nextSeq }, (_, seq) => seq).filter((seq) => seq > (lastSeen ?? -1));
        expect(isAlreadyMet(nextSeq, lastSeen)).toBe(unseen.length > 0);
      }),
    );
  });

  it("that timed out tells the run so, as an error", () => {
    expect(timedOut.outputIsError).toBe(true);
    expect(JSON.parse(timedOut.output)).toEqual({ message: "Timed out" });
  });
});
