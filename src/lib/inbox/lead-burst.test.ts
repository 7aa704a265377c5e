import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { leadBurst } from "./lead-burst.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

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
