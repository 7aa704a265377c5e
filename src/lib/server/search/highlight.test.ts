import { describe, expect, it } from "vitest";
import { excerpt, highlight } from "./highlight.ts";

const marked = (segments: ReturnType<typeof highlight>) =>
  segments.map(({ text, isMatch }) => (isMatch ? `[${text}]` : text)).join("");

describe("highlight", () => {
  it("marks whole words, whatever their case, and the beginning of the last as its whole word", () => {
    expect(marked(highlight("The theory of Art, art's start", { words: ["art"], prefix: null }))).toBe(
      "The theory of [Art], [art]'s start",
    );
    expect(marked(highlight("The theory of the sea", { words: ["the"], prefix: "the" }))).toBe(
      "[The] [theory] of [the] sea",
    );
  });

  it("marks in code and in text that looks like HTML, and changes nothing of it", () => {
    const text = `<b>Array<string></b> & src/lib/app.ts "string"`;
    const segments = highlight(text, { words: ["string", "app"], prefix: null });
    expect(marked(segments)).toBe(`<b>Array<[string]></b> & src/lib/[app].ts "[string]"`);
    expect(segments.map((segment) => segment.text).join("")).toBe(text);
  });

  it("has nothing to mark in nothing", () => {
    expect(highlight("", { words: ["a"], prefix: "a" })).toEqual([]);
  });
});

describe("excerpt", () => {
  const filler = "word ".repeat(400);

  it("is in one line, and all of a short text", () => {
    expect(marked(excerpt("one\n\n two\t three ", { words: ["two"], prefix: null }))).toBe("one [two] three");
  });

  it("is cut between words around what was found", () => {
    const text = marked(excerpt(`${filler}needle ${filler}`, { words: ["needle"], prefix: null }));
    expect(text).toMatch(/^… word (word )*\[needle\] (word )+…$/);
    expect(text.length).toBeLessThan(200);
  });

  it("shows the place where most of the words stand together", () => {
    const text = `red ${filler} blue ${filler} a red and a blue one ${filler}`;
    expect(marked(excerpt(text, { words: ["red", "blue"], prefix: null }))).toContain("a [red] and a [blue] one");
  });

  it("begins at the beginning when nothing is found, and never halves a character", () => {
    expect(marked(excerpt(filler, { words: ["none"], prefix: null }))).toMatch(/^word/);
    const emoji = excerpt("😀".repeat(500), { words: ["none"], prefix: null });
    expect(emoji.every(({ text }) => text.isWellFormed())).toBe(true);
  });
});
