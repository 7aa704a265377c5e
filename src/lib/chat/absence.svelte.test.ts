import { expect, it } from "vitest";
import type { SkeinMessage } from "../tools/message.ts";
import { Absence } from "./absence.svelte.ts";

const messages = (...ids: string[]): SkeinMessage[] =>
  ids.map((id) => ({ id, role: id.startsWith("q") ? "user" : "assistant", parts: [] }));

it("begins with what the server knows, until the person says something", () => {
  const absence = new Absence("a1");
  expect(absence.newSince).toBe("a1");
  absence.end();
  expect(absence.newSince).toBeNull();
});

it("marks the first answer that came while the page was out of sight", () => {
  const absence = new Absence(null);
  absence.leave(messages("q1"));
  absence.comeBack(messages("q1", "a1", "q2", "a2"));
  expect(absence.newSince).toBe("a1");
  absence.leave(messages("q1", "a1", "q2", "a2"));
  absence.comeBack(messages("q1", "a1", "q2", "a2"));
  expect(absence.newSince).toBe("a1");
});

it("marks nothing on another branch, or when only a question came", () => {
  const absence = new Absence(null);
  absence.leave(messages("q1", "a1"));
  absence.comeBack(messages("q9", "a9"));
  expect(absence.newSince).toBeNull();
  absence.leave(messages("q1", "a1"));
  absence.comeBack(messages("q1", "a1", "q2"));
  expect(absence.newSince).toBeNull();
});
