import { expect, it } from "vitest";
import { newSince } from "./new-since.ts";

const at = (seconds: number) => new Date(seconds * 1000);
const row = (id: string, seconds: number, after?: string | null) => ({
  ...{ id, role: id.startsWith("u") ? ("user" as const) : ("assistant" as const) },
  ...{ created_at: at(seconds), metadata: after === undefined ? null : { after } },
});
const path = [row("u1", 1, null), row("a1", 2), row("u2", 3, "a1"), row("a2", 4), row("u3", 5, "a1"), row("a3", 6)];

it("begins at the first answer since one was here", () => {
  expect(newSince(path.slice(0, 4), at(3))).toBe("a2");
  expect(newSince(path.slice(0, 4), at(4))).toBeNull();
});

it("takes for seen what was before one as one wrote, though the chat was never said to be read", () => {
  expect(newSince(path.slice(0, 4), at(0))).toBe("a2");
  expect(newSince(path.slice(0, 2), at(0))).toBe("a1");
});

it("does not take for seen what came between a message and its sending", () => {
  expect(newSince(path, at(3))).toBe("a2");
});

it("knows of nothing new in a chat marked as unread", () => {
  expect(newSince(path, null)).toBeNull();
});
