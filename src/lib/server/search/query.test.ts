import { expect, it } from "vitest";
import { parseQuery } from "./query.ts";

const read = (text: string) => {
  const { websearch, ...rest } = parseQuery(text) ?? { websearch: "" };
  return { ...rest, websearch: websearch.replace(/\s+/g, " ").trim() };
};

it.each([
  ["Lisbon hotels", { websearch: "Lisbon hotels", words: ["lisbon", "hotels"], prefix: "hotels" }],
  ["lisbon ", { websearch: "lisbon", words: ["lisbon"], prefix: null }],
  ["l", { websearch: "l", words: ["l"], prefix: null }],
  ["src/lib/app.ts", { websearch: "src lib app ts", words: ["src", "lib", "app", "ts"], prefix: "ts" }],
  ["state-of-the-art", { websearch: "state of the art", words: ["state", "of", "the", "art"], prefix: "art" }],
  ["trip -hotel", { websearch: "trip -hotel", words: ["trip"], prefix: null }],
  ['"in the spring" or summer', { words: ["in", "the", "spring", "summer"], prefix: "summer" }],
  ['say "half a phra', { words: ["say", "half", "a", "phra"], prefix: "phra" }],
  ['trip -"half a phra', { words: ["trip"], prefix: null }],
  ["spring or", { websearch: "spring", words: ["spring"], prefix: null }],
  ["Āre ünder 東京", { words: ["āre", "ünder", "東京"], prefix: "東京" }],
])("reads %s", (text, expected) => {
  expect(read(text)).toMatchObject(expected);
});

it.each(["", "   ", "-", "'&|!:*", '"', "-not", "…", "\0", "\uD800"])("finds no word in %j", (text) => {
  expect(parseQuery(text)).toBeUndefined();
});
