import { expect, test } from "vitest";
import { growing, parseIncompleteMarkdown } from "./complete-markdown.ts";

test.each(["6 * 7 is 42", "x^2", "~/home", "a ** b", "`6 * 7` and", "H~2", "say [ now", "**bold"])(
  "what is finished stays as it was written: %s",
  (text) => expect(parseIncompleteMarkdown(text)).toBe(text),
);

test("what still grows is closed", () => {
  expect(parseIncompleteMarkdown(growing("some **bold"))).toBe("some **bold**");
  expect(parseIncompleteMarkdown(growing("some `code"))).toBe("some `code`");
  expect(parseIncompleteMarkdown(growing("words"))).toBe("words");
});
