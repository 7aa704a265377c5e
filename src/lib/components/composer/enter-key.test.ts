import { expect, test } from "vitest";
import { sends } from "./enter-key.ts";

const enter = { key: "Enter", shiftKey: false, altKey: false, isComposing: false, keyCode: 13 };

test("Enter sends, Shift+Enter and other keys do not", () => {
  expect(sends(enter, false)).toBe(true);
  expect(sends({ ...enter, shiftKey: true }, false)).toBe(false);
  expect(sends({ ...enter, key: "a" }, false)).toBe(false);
});

test("an Enter that belongs to an input method never sends, in either browser's order of events", () => {
  expect(sends({ ...enter, isComposing: true }, false)).toBe(false);
  expect(sends({ ...enter, keyCode: 229 }, false)).toBe(false);
});

test("on a touch keyboard Enter breaks the line", () => {
  expect(sends(enter, true)).toBe(false);
});
