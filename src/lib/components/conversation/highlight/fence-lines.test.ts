import { describe, expect, it } from "vitest";
import { FenceLines } from "./fence-lines.ts";
import type { Token } from "./protocol.ts";

/** A language of words and quotations, which may go on over lines. */
function quotations() {
  const looked: string[] = [];
  const lines = new FenceLines<boolean>((line, wasQuoted = false) => {
    looked.push(line);
    let isQuoted = wasQuoted;
    const tokens = [...line].map((letter): Token => {
      if (letter === '"') isQuoted = !isQuoted;
      return isQuoted ? [letter, "green"] : [letter];
    });
    return { tokens, state: isQuoted };
  });
  return { lines, looked };
}

describe("the colours of a fence", () => {
  it("are those of every line, neighbours of one colour together", () => {
    const { lines } = quotations();
    expect(lines.update('say "hi\nyou" now')).toEqual({
      from: 0,
      lines: [
        [["say "], ['"hi', "green"]],
        [["you", "green"], ['" now']],
      ],
    });
  });

  it("are looked for in what has changed, and below it", () => {
    const { lines, looked } = quotations();
    lines.update("one\ntwo\nthr");
    looked.length = 0;
    expect(lines.update("one\ntwo\nthree\nfour")).toEqual({ from: 2, lines: [[["three"]], [["four"]]] });
    expect(looked).toEqual(["three", "four"]);
    looked.length = 0;
    expect(lines.update('one"\ntwo\nthree\nfour').lines[1]).toEqual([["two", "green"]]);
    expect(looked).toHaveLength(4);
  });

  it("have nothing new when the text has nothing new, and forget what it lost", () => {
    const { lines } = quotations();
    lines.update("one\ntwo");
    expect(lines.update("one\ntwo")).toEqual({ from: 2, lines: [] });
    expect(lines.update("one")).toEqual({ from: 1, lines: [] });
    expect(lines.update("one\ntwo")).toEqual({ from: 1, lines: [[["two"]]] });
  });

  it("give blanks the colour of what is before them", () => {
    const lines = new FenceLines((line) => ({
      tokens: [...line].map((letter): Token => (letter === " " ? [letter] : [letter, "red"])),
      state: undefined,
    }));
    expect(lines.update("a b").lines).toEqual([[["a b", "red"]]]);
  });
});
