import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { repeat } from "./repeat.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("does a round at once, and another when the pause after it is over, however long it took", async () => {
  let end: () => void = () => {};
  const round = vi.fn(() => new Promise<void>((resolve) => (end = resolve)));
  const stop = repeat(round, { everyMs: 1000, onfailed: () => {} });
  await vi.advanceTimersByTimeAsync(5000);
  expect(round).toHaveBeenCalledTimes(1);
  end();
  await vi.advanceTimersByTimeAsync(999);
  expect(round).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(round).toHaveBeenCalledTimes(2);
  stop();
  end();
  await vi.advanceTimersByTimeAsync(5000);
  expect(round).toHaveBeenCalledTimes(2);
});

it("goes on after a round that failed, and pauses as long as a round says", async () => {
  const onfailed = vi.fn();
  const round = vi.fn<() => Promise<unknown>>();
  round.mockRejectedValueOnce(new Error("away")).mockResolvedValueOnce(10).mockResolvedValue(undefined);
  const stop = repeat(round, { everyMs: 1000, onfailed });
  await vi.advanceTimersByTimeAsync(1000);
  expect(onfailed).toHaveBeenCalledTimes(1);
  expect(round).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(10);
  expect(round).toHaveBeenCalledTimes(3);
  stop();
});
