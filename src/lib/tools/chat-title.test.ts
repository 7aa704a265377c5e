import { expect, it } from "vitest";
import { cutOff, evenOut } from "./chat-title.ts";

it("puts a text on one line, without controls that turn or hide it", () => {
  expect(evenOut("  Lisbon,\u202e \u2066in\n\tspring\u0000\u0007 ")).toBe("Lisbon, in spring");
  expect(evenOut("👩‍👩‍👧‍👦 ‮")).toBe("👩‍👩‍👧‍👦");
});

it("cuts at a word, if that leaves most of it, and never inside of a character", () => {
  expect(cutOff("Lisbon", 6)).toBe("Lisbon");
  expect(cutOff("Days in Lisbon", 12)).toBe("Days in…");
  expect(cutOff("Days in Lisbon", 7)).toBe("Days in…");
  expect(cutOff("A Donaudampfschifffahrt", 10)).toBe("A Donaudam…");
  expect(cutOff("👩‍👩‍👧‍👦".repeat(9), 60)).toBe(`${"👩‍👩‍👧‍👦".repeat(5)}…`);
  expect(cutOff("😀😀", 3)).toBe("😀…");
  expect(cutOff(`e${"\u0301".repeat(10_000)}`, 60)).toBe("");
});
