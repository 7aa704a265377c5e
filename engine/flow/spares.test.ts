import { describe, expect, it } from "vitest";
import { Spares } from "./spares.ts";

const at = (ms: number) => new Date(1_000_000 + ms);

describe("a spare", () => {
  it("is needed when there is none", () => {
    expect(new Spares().isNeeded(at(0))).toBe(true);
  });

  it("waits until a worker that registered has had time to ask for people's runs", () => {
    const spares = new Spares();
    spares.reset(at(0));
    expect([spares.isNeeded(at(499)), spares.isNeeded(at(500))]).toEqual([false, true]);
  });

  it("waits until a run has booted its own process", () => {
    const spares = new Spares();
    spares.runStarted(at(0));
    expect([spares.isNeeded(at(1999)), spares.isNeeded(at(2000))]).toEqual([false, true]);
  });

  it("is replaced at once when a run has taken it", () => {
    const spares = new Spares();
    spares.runFinished(at(0), true);
    expect(spares.isNeeded(at(1))).toBe(false);
    spares.runStarted(at(1));
    expect(spares.isNeeded(at(1))).toBe(true);
  });
});
