import { expect, it } from "vitest";
import { chatEditSchema } from "./chat-edit.ts";
import { MAX_TITLE_LENGTH } from "./chat-title.ts";

const rename = (title: unknown) => chatEditSchema.safeParse({ type: "rename", title });

it("makes one line of a name, without what turns text around", () => {
  expect(rename("  two\n lines\t\u202Eand\u2066 a trick\0 ").data).toEqual({
    type: "rename",
    title: "two lines and a trick",
  });
  expect(rename("👩‍👩‍👧 family").data).toEqual({ type: "rename", title: "👩‍👩‍👧 family" });
});

it("refuses a name that says nothing, or too much", () => {
  for (const title of ["", " \n ", "\u202E", "x".repeat(MAX_TITLE_LENGTH + 1), null, 7])
    expect(rename(title).success).toBe(false);
  expect(rename("x".repeat(MAX_TITLE_LENGTH)).success).toBe(true);
});

it("refuses what it does not know", () => {
  expect(chatEditSchema.safeParse({ type: "pin" }).success).toBe(false);
  expect(chatEditSchema.safeParse({ type: "delete" }).success).toBe(false);
  expect(chatEditSchema.safeParse({ type: "sell" }).success).toBe(false);
});
