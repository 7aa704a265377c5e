import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { OnceAFrame } from "./once-a-frame.ts";

let frames: (() => void)[] = [];
const frame = () => frames.splice(0).forEach((draw) => draw());
const show = (visibilityState: string) => vi.stubGlobal("document", { visibilityState });

beforeEach(() => {
  frames = [];
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => frames.push(draw));
});
afterEach(() => vi.unstubAllGlobals());

describe("what is told once a frame", () => {
  it("is told at once, and what comes before the next frame with that", () => {
    show("visible");
    const tell = vi.fn();
    const changes = new OnceAFrame(tell);
    for (let times = 0; times < 3; times++) changes.changed();
    expect(tell).toHaveBeenCalledTimes(1);
    frame();
    expect(tell).toHaveBeenCalledTimes(2);
    changes.changed();
    expect(tell).toHaveBeenCalledTimes(2);
    frame();
    frame();
    expect(tell).toHaveBeenCalledTimes(3);
    changes.changed();
    expect(tell).toHaveBeenCalledTimes(4);
  });

  it("is told every time where nothing is drawn", () => {
    const tell = vi.fn();
    const changes = new OnceAFrame(tell);
    for (const state of [undefined, "hidden"]) {
      if (state) show(state);
      tell.mockClear();
      for (let times = 0; times < 3; times++) changes.changed();
      expect(tell).toHaveBeenCalledTimes(3);
    }
    expect(frames).toHaveLength(0);
  });
});
