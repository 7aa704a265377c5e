import { describe, expect, it } from "vitest";
import { keysOf, kindOf, progressOf, sourcesIn, webAddress, type Part } from "./message-parts.ts";

const part = (part: object) => part as Part;

describe("a part of an answer", () => {
  it.each([
    ["text", { type: "text", text: "a" }],
    [null, { type: "text", text: "" }],
    ["reasoning", { type: "reasoning", text: "a" }],
    [null, { type: "reasoning", text: "" }],
    [null, { type: "step-start" }],
    [null, { type: "source-url", sourceId: "s", url: "https://example.org" }],
    [null, { type: "source-document", sourceId: "s" }],
    ["tool", { type: "tool-anything", toolCallId: "c", state: "output-available" }],
    ["tool", { type: "dynamic-tool", toolName: "anything", toolCallId: "c", state: "input-available" }],
    ["steered", { type: "data-pending-message-injected", data: { messageIds: [], messages: [] } }],
    ["other", { type: "file", mediaType: "image/png", url: "data:image/png;base64,AAAA" }],
    ["other", { type: "data-progress", data: { label: "a" } }],
    ["other", { type: "data-of-tomorrow", data: {} }],
    ["other", { type: "reasoning-file", mediaType: "image/png", url: "x" }],
    ["other", { type: "custom", kind: "a.b" }],
    ["other", { type: "of the next version" }],
  ])("is %s", (kind, of) => expect(kindOf(part(of))).toBe(kind));
});

it("names each source once, in the order in which they came", () => {
  const source = (sourceId: string, url: string) => ({ type: "source-url", sourceId, url });
  const document = { type: "source-document", sourceId: "d", title: "D" };
  const parts = [source("1", "https://a.example"), document, source("2", "https://b.example")];
  const again = [source("3", "https://a.example"), document];
  expect(sourcesIn({ parts: [...parts, ...again].map(part) })).toEqual(parts);
});

it("leads to the web only", () => {
  expect(webAddress("https://example.org/a?b")?.href).toBe("https://example.org/a?b");
  expect(webAddress("HTTP://example.org")?.host).toBe("example.org");
  for (const url of ["javascript:alert(1)", " javascript:x", "data:text/html,x", "//example.org", "/api", "", null, {}])
    expect(webAddress(url)).toBeUndefined();
});

it("is progress only if it says of what", () => {
  const progress = (data: unknown) => progressOf(part({ type: "data-progress", data }));
  expect(progress({ label: "Half", value: 0.5 })).toEqual({ label: "Half", value: 0.5 });
  expect(progress({ label: "Begun" })).toEqual({ label: "Begun", value: undefined });
  expect([7, -1, NaN, "1"].map((value) => progress({ label: "a", value })?.value)).toEqual([
    ...[1, undefined, undefined, undefined],
  ]);
  for (const data of [undefined, null, {}, { label: 5 }]) expect(progress(data)).toBeUndefined();
  expect(progressOf(part({ type: "data-other", data: { label: "a" } }))).toBeUndefined();
});

describe("the keys of an answer's parts", () => {
  const tool = (toolCallId: string): Part => ({ type: "tool-x", toolCallId, state: "input-available", input: {} });
  const text = (text: string): Part => ({ type: "text", text });
  const step: Part = { type: "step-start" };

  it("stay what they are when a boundary comes in, and when more is said", () => {
    const streamed = [text("a"), tool("1"), step, text("b")];
    const stored = [step, text("a"), tool("1"), step, text("b"), tool("2")];
    const keyed = (parts: Part[]) => new Map(keysOf(parts).map((key, at) => [key, parts[at]]));
    for (const [key, part] of keyed(streamed)) if (part !== step) expect(keyed(stored).get(key)).toEqual(part);
  });

  it("are never the same, even if calls are", () => {
    const keys = keysOf([step, text("a"), tool("1"), step, text("a"), tool("1")]);
    expect(new Set(keys).size).toBe(6);
  });
});
