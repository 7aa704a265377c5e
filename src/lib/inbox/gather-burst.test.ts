import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { gatherBurst, leadBurst } from "./gather-burst.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("gathering", () => {
  it("hands on a burst as one", () => {
    const handle = vi.fn();
    const announce = gatherBurst(handle);
    announce();
    vi.advanceTimersByTime(60);
    announce();
    announce();
    expect(handle).toHaveBeenCalledTimes(0);
    vi.advanceTimersByTime(40);
    expect(handle).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1000);
    expect(handle).toHaveBeenCalledTimes(1);
    announce();
    vi.advanceTimersByTime(100);
    expect(handle).toHaveBeenCalledTimes(2);
  });

  it("does not put off a burst that never ends", () => {
    const handle = vi.fn();
    const announce = gatherBurst(handle);
    for (let event = 0; event < 20; event++) {
      announce();
      vi.advanceTimersByTime(30);
    }
    expect(handle.mock.calls.length).toBeGreaterThan(3);
  });
});

describe("leading", () => {
  it("acts on a single event at once, and only then", () => {
    const handle = vi.fn();
    leadBurst(handle)();
    expect(handle).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1000);
    expect(handle).toHaveBeenCalledTimes(1);
  });

  it("acts once more when a burst is over, after its last event", () => {
    const at: number[] = [];
    const announce = leadBurst(() => at.push(Date.now() - start));
    const start = Date.now();
    for (const wait of [20, 20, 59]) {
      announce();
      vi.advanceTimersByTime(wait);
    }
    announce();
    vi.advanceTimersByTime(1000);
    expect(at).toEqual([0, 100]);
  });

  it("acts at most once in a tenth of a second, and misses no last event", () => {
    const at: number[] = [];
    const announce = leadBurst(() => at.push(Date.now() - start));
    const start = Date.now();
    for (let event = 0; event < 36; event++) {
      announce();
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(1000);
    expect(at).toEqual([0, 100, 200, 300, 400]);
  });
});
