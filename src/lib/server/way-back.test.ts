import { expect, it } from "vitest";
import { wayBack } from "./way-back.ts";

const back = (from?: string) => {
  const url = new URL("https://chat.example.org/sign-in");
  if (from !== undefined) url.searchParams.set("from", from);
  return wayBack(url);
};

it("leads to the chat that somebody came from", () => {
  expect(back("/chats/3f2a")).toBe("/chats/3f2a");
  expect(back("/chats/a%2Fb")).toBe("/chats/a%2Fb");
});

it.each([
  undefined,
  "",
  "/",
  "https://elsewhere.example/chats/a",
  "//elsewhere.example/chats/a",
  "/\\elsewhere.example",
  "/chats/\\..\\..\\elsewhere.example",
  "/chats/../\\/elsewhere.example",
  "/chats/../..//elsewhere.example",
  "javascript:alert(1)",
  "/chats/..",
  "/chats/%2e%2e",
  "/sign-out",
  "\t//elsewhere.example",
  "/\t/elsewhere.example/chats/a",
])("leads to the start page from %j", (from) => {
  expect(back(from)).toBe("/");
});
