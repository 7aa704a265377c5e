import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { gatherBurst } from "./gather-burst.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("hands on a burst as one, each item once", () => {
  const bursts: string[][] = [];
  const announce = gatherBurst<string>((burst) => bursts.push([...burst]));
  announce("a");
  vi.advanceTimersByTime(60);
  announce("b");
  announce("a");
  vi.advanceTimersByTime(60);
  expect(bursts).toEqual([["a", "b"]]);
  announce("c");
  vi.advanceTimersByTime(100);
  expect(bursts).toEqual([["a", "b"], ["c"]]);
});

it("does not put off a burst that never ends", () => {
  let count = 0;
  const announce = gatherBurst<number>(() => count++);
  for (let event = 0; event < 20; event++) {
    announce(event);
    vi.advanceTimersByTime(30);
  }
  expect(count).toBeGreaterThan(3);
});
