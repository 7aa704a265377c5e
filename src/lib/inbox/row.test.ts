import { expect, test } from "vitest";
import { rowPreview, rowState } from "./row.ts";

const earlier = new Date("2026-11-21T10:00:00Z");
const later = new Date("2026-11-21T10:00:01Z");

test("what needs the person or runs is said whether or not it was read", () => {
  expect(rowState({ status: "needs_you", last_activity_at: earlier, last_read_at: later })).toBe("Needs you");
  expect(rowState({ status: "running", last_activity_at: later, last_read_at: null })).toBe("Running");
  expect(rowState({ status: "failed", last_activity_at: later, last_read_at: earlier })).toBe("Failed");
});

test("an idle chat is unread when something happened after it was last read", () => {
  expect(rowState({ status: "idle", last_activity_at: later, last_read_at: earlier })).toBe("Unread");
  expect(rowState({ status: "idle", last_activity_at: later, last_read_at: null })).toBe("Unread");
  expect(rowState({ status: "idle", last_activity_at: earlier, last_read_at: earlier })).toBeNull();
  expect(rowState({ status: "idle", last_activity_at: earlier, last_read_at: later })).toBeNull();
});

const chat = { title: "Plan", preview: "", status: "idle", status_detail: null };

test("a preview that only repeats the title is left out, a long one is cut", () => {
  expect(rowPreview({ ...chat, title: "Plan the…", preview: "Plan the release" })).toBe("");
  expect(rowPreview({ ...chat, preview: "Plan" })).toBe("");
  expect(rowPreview({ ...chat, preview: "Plan B is better" })).toBe("Plan B is better");
  expect(rowPreview({ ...chat, preview: "Here is a plan" })).toBe("Here is a plan");
  expect(rowPreview({ ...chat, preview: "😀".repeat(80) })).toBe("😀".repeat(64));
});

test("a failed chat says why", () => {
  expect(rowPreview({ ...chat, preview: "Hi", status: "failed", status_detail: "Too slow." })).toBe("Too slow.");
});

test("a preview shows words, not Markdown", () => {
  const preview = "## A **bold** plan > with `code` | and - a list, a_b and 3 * 4";
  expect(rowPreview({ ...chat, title: "x", preview })).toBe("A bold plan with code and a list, a_b and 3 4");
});
