import { expect, it } from "vitest";
import { answerIn, codeIn, codeResult, fetchedPage, foundChats, tidied } from "./known-outputs.ts";

const ODD = [
  undefined,
  null,
  5,
  "text",
  [],
  {},
  { results: 5 },
  { results: [null] },
  { url: 1, markdown: 2 },
  { logs: 3 },
  { done: "1", notFound: [] },
  { done: 1 },
  { answer: 5 },
];

it("takes for a known output only what is one", () => {
  for (const output of ODD) {
    expect(foundChats(output)).toBeUndefined();
    expect(fetchedPage(output)).toBeUndefined();
    expect(codeResult(output)).toBeUndefined();
    expect(codeIn(output)).toBeUndefined();
    expect(tidied(output)).toBeUndefined();
    expect(answerIn(output)).toBeUndefined();
  }
});

it("reads what a search found", () => {
  const chat = { chatId: "c", title: "T", role: "user", excerpt: "E", saidAt: "2026-11-28T00:00:00.000Z" };
  expect(foundChats({ results: [chat] })).toEqual([{ ...chat, saidAt: Date.UTC(2026, 10, 28) }]);
  expect(foundChats({ results: [{ ...chat, saidAt: "yesterday" }] })?.[0]?.saidAt).toBeNaN();
  expect(foundChats({ results: [] })).toEqual([]);
  expect(foundChats({ results: [chat, { ...chat, title: 5 }] })).toBeUndefined();
});

it("reads a page, and one without a title", () => {
  const page = { url: "https://example.org/", markdown: "# Hi", fetchedAt: "x" };
  expect(fetchedPage({ ...page, title: "Example", isCut: true })).toEqual({
    ...{ url: page.url, title: "Example", markdown: "# Hi", isCut: true },
  });
  expect(fetchedPage(page)).toMatchObject({ title: "", isCut: false });
});

it("reads what code said, in one text or in lines", () => {
  expect(codeResult({ logs: ["a", "b"], value: 3, tookMs: 5 })).toEqual({ logs: "a\nb", value: 3, error: undefined });
  expect(codeResult({ logs: "a", value: null, error: null })).toEqual({ logs: "a", value: null, error: undefined });
  const values = ['{"a":[1]}', "[1", "458", '"text"'].map((value) => codeResult({ logs: "", value })?.value);
  expect(values).toEqual([{ a: [1] }, "[1", "458", '"text"']);
  expect(codeResult({ logs: [], error: "It broke." })).toMatchObject({ logs: "", error: "It broke." });
  expect(codeIn({ code: "1 + 1" })).toBe("1 + 1");
});

it("reads what became of changes, and what was answered", () => {
  const said = [
    [1, 0],
    [3, 0],
    [1, 2],
    [0, 1],
  ].map(([done, lost]) => tidied({ done, notFound: Array(lost).fill("c") }));
  expect(said).toEqual([
    "It was changed.",
    "All 3 were changed.",
    "1 of 3 were changed. The others were not found.",
    "0 of 1 were changed. The others were not found.",
  ]);
  expect(answerIn({ answer: "Blue" })).toBe("Blue");
});
