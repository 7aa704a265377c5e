import { describe, expect, it } from "vitest";
import { isGranted } from "./scopes.ts";

const need = { action: "read", type: "sessions", ids: ["session_1", "chat:with:colons"] } as const;

describe("scopes", () => {
  it.each([
    [["read:sessions:session_1"], true],
    [["read:sessions:chat:with:colons"], true],
    [["read:sessions"], true],
    [["admin:sessions:session_1"], true],
    [["read:runs:run_1", "read:sessions:session_1"], true],
    [["write:sessions:session_1"], false],
    [["read:sessions:session_2"], false],
    [["read:sessions:chat"], false],
    [["read:sessions:"], false],
    [["read:runs"], false],
    [["read"], false],
    [[""], false],
    [[], false],
  ])("%j grants reading the session: %s", (scopes, expected) => {
    expect(isGranted(scopes, need)).toBe(expected);
  });

  it("of one thing do not reach all things", () => {
    expect(isGranted(["write:sessions:a"], { action: "write", type: "sessions", ids: [] })).toBe(false);
  });
});
