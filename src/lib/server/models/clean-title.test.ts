import { describe, expect, it } from "vitest";
import { cleanTitle } from "./clean-title.ts";

describe("the name in what a model wrote", () => {
  it.each([
    ["Three days in Lisbon", "Three days in Lisbon"],
    ["  Three\tdays  in Lisbon \n", "Three days in Lisbon"],
    ["Three days in Lisbon.", "Three days in Lisbon"],
    ["旅行の計画。", "旅行の計画"],
    ["To be continued...", "To be continued..."],
    ["What is a monad?", "What is a monad?"],
    ["Node.js vs. Deno", "Node.js vs. Deno"],
    ["2. Weltkrieg, Ursachen", "2. Weltkrieg, Ursachen"],
    ["👩‍👩‍👧‍👦 Family budget", "👩‍👩‍👧‍👦 Family budget"],
    ["🚀", "🚀"],
  ])("is text as it is: %j", (written, title) => expect(cleanTitle(written)).toBe(title));

  it.each([
    ["<think>They want a title.\nLisbon?</think>\n\nThree days in Lisbon", "Three days in Lisbon"],
    ["<Thinking>a</Thinking><think>b</think> Lisbon", "Lisbon"],
    ["They want a title.\n</think>\nLisbon", "Lisbon"],
    ["<think>They want a title. Perhaps Lisbon", ""],
    ["Lisbon <think>or Porto", ""],
    ["<think>They want a title.</think>", ""],
  ])("is none of its thoughts: %j", (written, title) => expect(cleanTitle(written)).toBe(title));

  it.each([
    ["# Lisbon", "Lisbon"],
    ["### **Lisbon**", "Lisbon"],
    ["**Lisbon** in *spring*", "Lisbon in spring"],
    ["__Lisbon__ ~~or Porto~~", "Lisbon or Porto"],
    ["**三天**里斯本", "三天里斯本"],
    ["_Lisbon_", "Lisbon"],
    ["The `main` branch", "The main branch"],
    ["```text\nLisbon\n```", "Lisbon"],
    ["```Lisbon```", "Lisbon"],
    ["- Lisbon\n- Porto", "Lisbon"],
    ["1. Lisbon\n2. Porto", "Lisbon"],
    ["> Lisbon", "Lisbon"],
    ["[Lisbon](https://example.org) and ![Porto](x.png)", "Lisbon and Porto"],
    ["---\nLisbon\n===", "Lisbon"],
    [String.raw`C\+\+ \*pointers\*`, "C++ *pointers*"],
    ["snake_case_names in C#", "snake_case_names in C#"],
    ["2*3*4 and a * b * c", "2*3*4 and a * b * c"],
    ["#hashtags", "#hashtags"],
  ])("has no Markdown: %j", (written, title) => expect(cleanTitle(written)).toBe(title));

  it.each([
    ['"Lisbon"', "Lisbon"],
    ["“Lisbon.”", "Lisbon"],
    ["„Lissabon“", "Lissabon"],
    ["« Lisbonne »", "Lisbonne"],
    ["「リスボン」", "リスボン"],
    ['**Title: "Three days in Lisbon."**', "Three days in Lisbon"],
    ["Title:\n\nLisbon", "Lisbon"],
    ["TITEL : Lissabon", "Lissabon"],
    ["Sure! Here is a title:\n\n*Lisbon*", "Lisbon"],
    ['"Yes" or "no"', '"Yes" or "no"'],
    ["Rock 'n' roll", "Rock 'n' roll"],
    ["Title deeds", "Title deeds"],
  ])("has nothing around it: %j", (written, title) => expect(cleanTitle(written)).toBe(title));

  it.each(["", " \n ", "...", "“”", "---", "```\n```", "**", "\u202e\u200b", "Title:", "Here is a title:"])(
    "is none in %j",
    (written) => expect(cleanTitle(written)).toBe(""),
  );

  it("keeps HTML as text, and no control that would turn what stands beside it", () => {
    expect(cleanTitle("<img src=x onerror=alert(1)>")).toBe("<img src=x onerror=alert(1)>");
    expect(cleanTitle("Lisbon\u202e, in\u0007 spring\u2066")).toBe("Lisbon, in spring");
  });

  it("is at most 80 long, cut at a word and not inside of a character", () => {
    expect(cleanTitle("Lisbon ".repeat(2000))).toBe(`${"Lisbon ".repeat(11).trim()}…`);
    expect(cleanTitle("x".repeat(10_000))).toBe(`${"x".repeat(79)}…`);
    expect(cleanTitle("👩‍👩‍👧‍👦".repeat(1000))).toBe(`${"👩‍👩‍👧‍👦".repeat(7)}…`);
    expect(cleanTitle("e\u0301".repeat(50))).toBe(`${"e\u0301".repeat(39)}…`);
    expect(cleanTitle(`x${"\u0301".repeat(10_000)}`)).toBe("");
  });

  it("is found soon in whatever a model writes", () => {
    for (const part of [
      "*a ",
      "_",
      "**a",
      "`a",
      "[",
      "<think>",
      "</think>",
      "- ",
      "1. ",
      '"',
      "~~ a",
      "\n ",
      "1. a\n",
    ]) {
      const start = performance.now();
      cleanTitle(part.repeat(50_000));
      expect(performance.now() - start, part).toBeLessThan(200);
    }
  });
});
