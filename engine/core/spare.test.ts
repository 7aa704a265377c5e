import { describe, expect, it } from "vitest";
import { afterRunFinished, afterRunStarted, needsSpare } from "./spare.ts";

const at = (seconds: number) => new Date(seconds * 1000);

describe("the count of idle processes", () => {
  it("asks for a spare when there is none", () => {
    expect(needsSpare([], at(0))).toBe(true);
  });

  it("counts the process a finished run leaves behind, until shortly before it ends", () => {
    const idle = afterRunFinished([], at(0), true);
    expect(needsSpare(idle, at(23))).toBe(false);
    expect(needsSpare(idle, at(24))).toBe(true);
  });

  it("counts none after a run crashed: the idle ones may be gone as well", () => {
    const idle = afterRunFinished([], at(0), true);
    expect(needsSpare(afterRunFinished(idle, at(1), false), at(1))).toBe(true);
  });

  it("gives a starting run the process that waited longest", () => {
    const idle = afterRunFinished(afterRunFinished([], at(0), true), at(5), true);
    expect(afterRunStarted(idle, at(6))).toEqual([at(5)]);
    expect(afterRunStarted(afterRunStarted(idle, at(6)), at(7))).toEqual([]);
  });

  it("forgets processes that ended by themselves", () => {
    const idle = afterRunFinished(afterRunFinished([], at(0), true), at(20), true);
    expect(afterRunStarted(idle, at(31))).toEqual([]);
  });
});
