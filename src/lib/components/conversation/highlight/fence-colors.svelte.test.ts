import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FenceColors } from "./fence-colors.svelte.ts";
import type { Reply, Request } from "./protocol.ts";

/** Answers when it is told to. */
class FakeWorker {
  static all: FakeWorker[] = [];
  onmessage: ((event: { data: Reply }) => void) | null = null;
  asked: Request[] = [];
  isOver = false;
  constructor() {
    FakeWorker.all.push(this);
  }
  postMessage(request: Request) {
    this.asked.push(request);
  }
  terminate() {
    this.isOver = true;
  }
  reply(lines: Reply["lines"], from = 0) {
    this.onmessage?.({ data: { fence: this.asked.at(-1)?.fence ?? -1, from, lines } });
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("Worker", FakeWorker);
  vi.stubGlobal("self", { location: new URL("http://localhost/") });
});
// The page's worker, given up as one that hangs.
afterEach(() => {
  const colors = new FenceColors();
  colors.ask("ts", "x");
  vi.advanceTimersByTime(10_000);
  colors.dispose();
  FakeWorker.all = [];
  vi.useRealTimers();
});

const last = () => FakeWorker.all.at(-1) ?? new FakeWorker();

describe("the colours of a fence on a page", () => {
  it("come after the text, and stay on lines that stay", () => {
    const colors = new FenceColors();
    colors.ask("ts", "let a\nlet");
    expect(colors.of("let a\nlet")).toEqual([[["let a"]], [["let"]]]);
    last().reply([[["let", "red"], [" a"]], [["let"]]]);
    expect(colors.of("let a\nlet b")).toEqual([[["let", "red"], [" a"]], [["let b"]]]);
    colors.ask("ts", "let a\nlet b");
    last().reply([[["let", "red"], [" b"]]], 1);
    expect(colors.of("let a\nlet b")).toEqual([
      [["let", "red"], [" a"]],
      [["let", "red"], [" b"]],
    ]);
    colors.dispose();
  });

  it("are asked for one text at a time, the newest next", () => {
    const colors = new FenceColors();
    for (const text of ["a", "ab", "abc"]) colors.ask("ts", text);
    expect(last().asked).toHaveLength(1);
    last().reply([[["a"]]]);
    expect(last().asked.slice(1)).toEqual([expect.objectContaining({ text: "abc" })]);
    last().reply([[["abc"]]]);
    expect(last().asked).toHaveLength(2);
    colors.dispose();
    expect(last().asked.at(-1)).toMatchObject({ gone: true });
  });

  it("are given up where the worker hangs, and come for the next fence", () => {
    const hung = new FenceColors();
    hung.ask("ts", "hangs");
    const first = last();
    vi.advanceTimersByTime(10_000);
    expect(first.isOver).toBe(true);
    hung.ask("ts", "hangs again");
    expect(FakeWorker.all).toHaveLength(1);
    const other = new FenceColors();
    other.ask("ts", "fine");
    expect(last()).not.toBe(first);
    last().reply([[["fine", "red"]]]);
    expect(other.of("fine")).toEqual([[["fine", "red"]]]);
    for (const colors of [hung, other]) colors.dispose();
  });
});
