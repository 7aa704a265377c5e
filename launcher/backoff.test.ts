import { describe, expect, it } from "vitest";
import { afterDeath, neverFailed } from "./backoff.ts";

function delays(lives: number[]): number[] {
  let history = neverFailed;
  return lives.map((livedMs) => {
    const next = afterDeath(history, livedMs);
    history = next.history;
    return next.delayMs;
  });
}

describe("afterDeath", () => {
  it("starts a child again at once the first time, then waits ever longer, up to half a minute", () => {
    expect(delays(Array<number>(10).fill(100))).toEqual([0, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
  });

  it("forgets earlier deaths once a child has lived for a while", () => {
    expect(delays([100, 100, 100, 60_000, 100])).toEqual([0, 500, 1000, 0, 500]);
  });
});
