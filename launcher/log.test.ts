import { expect, it } from "vitest";
import { inShort, isImportant, withoutColour } from "./log.ts";

it.each([
  "X Error: Connecting to the server failed.",
  '✘ [ERROR] Could not resolve "nothing"',
  "TypeError: x is not a function",
  "FATAL:  database files are incompatible with server",
  '{"level":50,"msg":"append failed"}',
])("shows %s", (line) => expect(isImportant(line)).toBe(true));

it.each([
  "  VITE v8.3.8  ready in 641 ms",
  "at Object.<anonymous> (/app/error.js:1:1)",
  '{"level":30,"msg":"no error here"}',
  "LOG:  database system is ready to accept connections",
  "2026-11-22 01:47:26.749 UTC [12912] FATAL:  the database system is starting up",
  "svelte-check found 0 errors and 0 warnings",
])("keeps %s for the log file", (line) => expect(isImportant(line)).toBe(false));

it("reads through colours", () => expect(withoutColour("\u001b[31mError\u001b[0m")).toBe("Error"));

it("shortens decorated and structured lines", () => {
  expect(inShort("✘ [ERROR] Could not resolve x")).toBe("Error: Could not resolve x");
  expect(inShort('{"level":50,"err":{"message":"no route","stack":"…"},"msg":"timer failed"}')).toBe(
    "timer failed: no route",
  );
  expect(inShort("{broken")).toBe("{broken");
});
