import { expect, it } from "vitest";
import type { ToolPart } from "$lib/tools/message-parts.ts";
import { toolSchemas } from "$lib/tools/tool-schemas.ts";
import { hintOf, titleOf } from "./tool-names.ts";

const part = (name: string, input?: unknown, title?: string) =>
  ({ type: `tool-${name}`, toolCallId: "c", state: "input-available", input, title }) as ToolPart;

it("calls a tool what its schema does, and one without a title what its name says", () => {
  expect(titleOf(part("lookUpWeather"))).toBe("Look up weather");
  expect(titleOf(part("look_up-weather"))).toBe("Look up weather");
  expect(titleOf(part("x", {}, "Something else"))).toBe("Something else");
  expect(titleOf({ ...part("x"), type: "dynamic-tool", toolName: "from_elsewhere" } as ToolPart)).toBe(
    "From elsewhere",
  );
  expect(titleOf(part("constructor"))).toBe("Constructor");
  expect(titleOf(part(""))).toBe("Tool");
  expect(titleOf(part("a".repeat(500)))).toHaveLength(80);
});

it("calls a tool that a head start began, and whose part has no title, as its schema does", () => {
  for (const [name, { title }] of Object.entries(toolSchemas)) expect(titleOf(part(name))).toBe(title);
});

it("says what a known call is about, whatever its input is by now", () => {
  expect(hintOf(part("searchChats", { query: "Oslo" }))).toBe("Oslo");
  for (const input of [undefined, null, "x", 5, [], {}, { query: 7 }, { query: "" }])
    expect(hintOf(part("searchChats", input))).toBeUndefined();
  expect(hintOf(part("searchChats", { query: "x".repeat(1e6) }))).toHaveLength(200);
  expect(hintOf(part("fetchPage", { url: "https://www.example.org/a" }))).toBe("example.org/a");
  expect(hintOf(part("unknown", { query: "Oslo" }))).toBeUndefined();
});
