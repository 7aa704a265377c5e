import { expect, test } from "vitest";
import { MAX_MESSAGE_BYTES } from "../../tools/message.ts";
import { problemOf, TOO_LONG } from "./message-text.ts";

test("refuses nothing but spaces", () => {
  expect(problemOf(" \n\t ")).toBe("Write a message first.");
  expect(problemOf(" a ")).toBeNull();
});

test("counts bytes, not characters", () => {
  expect(problemOf("a".repeat(MAX_MESSAGE_BYTES))).toBeNull();
  expect(problemOf("a".repeat(MAX_MESSAGE_BYTES + 1))).toBe(TOO_LONG);
  expect(problemOf("é".repeat(MAX_MESSAGE_BYTES / 2))).toBeNull();
  expect(problemOf("é".repeat(MAX_MESSAGE_BYTES / 2 + 1))).toBe(TOO_LONG);
});
