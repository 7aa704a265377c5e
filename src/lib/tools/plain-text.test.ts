import { expect, it } from "vitest";
import { plainText } from "./plain-text.ts";

it.each([
  ["**In short:** give *each* a `number`.", "In short: give each a number."],
  ["**a *b* `c`**", "a b c"],
  ["## A heading\n\n> said so\n\n- one\n2. two", "A heading\n\nsaid so\n\n- one\n2. two"],
  [
    "```ts\nconst a = 2 ** 3 ** 4;\n# install\ndef __init__(self):\n```\n**b**",
    "const a = 2 ** 3 ** 4;\n# install\ndef __init__(self):\nb",
  ],
  ["````\n```\n**a**\n```\n````", "```\n**a**\n```"],
  ["~~~\n**open**", "**open**"],
  [
    '`if __name__ == "__main__":` and `src/**/*.ts`, `lib/**/*.ts`',
    'if __name__ == "__main__": and src/**/*.ts, lib/**/*.ts',
  ],
  ["``a`b``", "a`b"],
  ["| a | b |\n|---|:-:|\n| 1 | `x` |\n| | 2 |", "a · b\n1 · x\n· 2"],
  ["|x| + |y|", "|x| + |y|"],
  ["above\n\n---\n\nbelow", "above\n\n\nbelow"],
  ["snake_case, snake\\_case, 5 \\* 3, 2*3*4, C# and a | b", "snake_case, snake_case, 5 * 3, 2*3*4, C# and a | b"],
  ["int *a, *b; f(*args, **kwargs)", "int *a, *b; f(*args, **kwargs)"],
  ["[the *notes*](https://example.com/_a_/b_c)", "[the notes](https://example.com/_a_/b_c)"],
  ["an open ** mark", "an open ** mark"],
  ["\uE0000\uE001 of nothing", "0 of nothing"],
  ["", ""],
])("says %j as people read it", (markdown, text) => {
  expect(plainText(markdown)).toBe(text);
});

it("has no line that is too long for it", () => {
  const words = "word ".repeat(240);
  expect(plainText(`**Short:** ${words}**end**`)).toBe(`Short: ${words}end`);
  expect(plainText(`${"x".repeat(5000)}**`)).toBe(`${"x".repeat(5000)}**`);
});

it.each(["**a ", "*a ", "_a", "`a``b ", "~~a", "> ", "| a ", "--x", "a\u2028**b "])(
  "is soon done with a megabyte of %j",
  (mark) => {
    const hostile = mark.repeat(1_000_000 / mark.length);
    const said = plainText(hostile);
    expect(said.match(/[a-z]/g)?.length ?? 0).toBe(hostile.match(/[a-z]/g)?.length ?? 0);
  },
);
