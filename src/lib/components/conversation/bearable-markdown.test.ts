import { describe, expect, test } from "vitest";
import { splitBearable } from "./bearable-markdown.ts";

const isWhole = (text: string) => expect(splitBearable(text)).toEqual({ drawn: text, rest: "" });
const lines = (count: number, line: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => line(n)).join("\n");

describe("what people and models write is drawn to its end", () => {
  test("prose, a long answer of it", () => {
    isWhole("");
    isWhole("One line.");
    isWhole(lines(300, (n) => `${n}. Some **bold** words, \`code\` and [a link](https://example.org/${n}).\n`));
  });

  test("code, thousands of lines of it", () => {
    isWhole(
      `Look:\n\n\`\`\`ts\n${lines(3000, (n) => `const a${n} = [${n}];${n % 20 ? "" : "\n"}`)}\n\`\`\`\n\nThat is it.`,
    );
  });

  test("a table of five hundred cells, lists ten deep, quotes of quotes", () => {
    isWhole(`| a | b | c | d | e |\n|---|---|---|---|---|\n${lines(100, () => "| 1 | 2 | 3 | 4 | 5 |")}`);
    isWhole(lines(10, (n) => `${"  ".repeat(n)}- deeper`));
    isWhole("> > > Who said so?\n> > He.");
  });
});

describe("from the paragraph on that cannot be drawn, the text stays as it was written", () => {
  test.each([
    ["a line of a megabyte", "x".repeat(2 ** 20)],
    ["quotes a hundred deep", `${">".repeat(100)} x`],
    ["lists a hundred deep", lines(100, (n) => `${"  ".repeat(n)}- ${n}`)],
    ["a list in a list in one line", `${"- ".repeat(100)}x`],
    ["a paragraph of marks that never end", lines(1000, () => "*a **b *a **b")],
    ["a table of ten thousand cells", lines(250, () => `|${" 1 |".repeat(40)}`)],
    ["what only looks like code", `\`\`\`\n${lines(1000, () => "[[[[[[[[[[[[")}`],
  ])("%s", (_what, hostile) => {
    const { drawn, rest } = splitBearable(`Before.\n\n${hostile}`);
    expect(drawn).toBe("Before.\n\n");
    expect(rest).toBe(hostile);
  });

  test("ten thousand paragraphs, of which some are drawn", () => {
    const text = "# h\n\n".repeat(10_000);
    const { drawn, rest } = splitBearable(text);
    expect(drawn.length).toBeGreaterThan(1000);
    expect(drawn.length).toBeLessThan(6000);
    expect(drawn + rest).toBe(text);
  });
});

test("while a text grows, what was drawn before the paragraph in question stays", () => {
  const text = `Before.\n\n${"> ".repeat(40)}x\n\nAfter.`;
  for (let end = 0; end <= text.length; end++) {
    const { drawn, rest } = splitBearable(text.slice(0, end));
    expect(drawn + rest).toBe(text.slice(0, end));
    if (end >= 9) expect(drawn.startsWith("Before.\n\n")).toBe(true);
  }
});
