import { describe, expect, it } from "vitest";
import { keepsKey, ownQueue, timesOf } from "./run-options.ts";

const now = new Date("2026-11-22T12:00:00Z");
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

describe("the times of a run", () => {
  it("are now, and without end, when nobody asks for anything", () => {
    expect(timesOf({}, now)).toEqual({
      availableAt: now,
      delayedUntil: null,
      ttl: null,
      expiresAt: null,
      idempotencyUntil: null,
    });
  });

  it("begin after its delay, and its time to live with them", () => {
    expect(timesOf({ delay: "1h", ttl: "10m" }, now)).toMatchObject({
      availableAt: later(3600),
      delayedUntil: later(3600),
      ttl: "10m",
      expiresAt: later(4200),
    });
    expect(timesOf({ delay: later(60).toISOString() }, now).delayedUntil).toEqual(later(60));
    expect(timesOf({ delay: later(60) }, now).delayedUntil).toEqual(later(60));
  });

  it("take a number of seconds to live, and none for zero", () => {
    expect(timesOf({ ttl: 90 }, now)).toMatchObject({ ttl: "90s", expiresAt: later(90) });
    expect(timesOf({ ttl: 0 }, now)).toMatchObject({ ttl: null, expiresAt: null });
  });

  it("come before those of runs queued shortly before, with a priority", () => {
    expect(timesOf({ priority: 30 }, now).availableAt).toEqual(later(-30));
    expect(timesOf({ priority: 30, delay: "1m" }, now).availableAt).toEqual(later(60));
  });

  it("keep a key for thirty days, or as long as its owner says", () => {
    expect(timesOf({ idempotencyKey: "a" }, now).idempotencyUntil).toEqual(later(30 * 24 * 3600));
    expect(timesOf({ idempotencyKey: "a", idempotencyKeyTTL: "60s" }, now).idempotencyUntil).toEqual(later(60));
  });

  it.each([{ delay: "soon" }, { ttl: "a while" }, { idempotencyKeyTTL: "ever" }])("refuse %j", (wishes) => {
    expect(() => timesOf(wishes, now)).toThrow(RangeError);
  });
});

it("a failed run gives its key back, any other keeps it", () => {
  for (const status of ["CRASHED", "COMPLETED_WITH_ERRORS", "SYSTEM_FAILURE", "TIMED_OUT", "EXPIRED"])
    expect(keepsKey(status)).toBe(false);
  for (const status of ["PENDING", "EXECUTING", "CANCELED", "COMPLETED_SUCCESSFULLY"])
    expect(keepsKey(status)).toBe(true);
});

it("a task that names no queue has one to itself", () => {
  expect([ownQueue("a"), ownQueue("b")]).toEqual(["task/a", "task/b"]);
});
