import { describe, expect, it } from "vitest";
import type { SkeinMessage } from "../tools/message.ts";
import { mergeStored, placeAnswer, questionOf } from "./merge-messages.ts";

const u = (id: string): SkeinMessage => ({ id, role: "user", parts: [{ type: "text", text: id }] });
const a = (id: string, text = id): SkeinMessage => ({ id, role: "assistant", parts: [{ type: "text", text }] });
const ids = (messages: SkeinMessage[]) => messages.map((message) => message.id);

describe("mergeStored", () => {
  it("returns the list shown when nothing is new, whatever the order of keys", () => {
    const shown = [u("u1"), a("a1")];
    const stored = shown.map(({ id, role, parts }) => ({
      parts: structuredClone(parts),
      role,
      id,
      metadata: undefined,
    }));
    expect(mergeStored(stored, { shown, own: [], isRunning: false })).toBe(shown);
  });

  it("replaces only what differs", () => {
    const shown = [u("u1"), a("a1", "par")];
    const merged = mergeStored([u("u1"), a("a1", "partial")], { shown, own: [], isRunning: false });
    expect(merged[0]).toBe(shown[0]);
    expect(merged[1]).toEqual(a("a1", "partial"));
  });

  it("keeps a person's unstored messages at the end, once", () => {
    expect(
      ids(mergeStored([u("u1"), a("a1")], { shown: [u("u1"), u("u2")], own: [u("u2")], isRunning: false })),
    ).toEqual(["u1", "a1", "u2"]);
    expect(
      ids(mergeStored([u("u1"), a("a1"), u("u2")], { shown: [u("u1"), u("u2")], own: [u("u2")], isRunning: false })),
    ).toEqual(["u1", "a1", "u2"]);
  });

  it("keeps the partial answer of a running turn, and drops it when nothing runs", () => {
    const shown = [u("u1"), a("p"), u("u2")];
    expect(ids(mergeStored([u("u1")], { shown, own: [u("u2")], isRunning: true }))).toEqual(["u1", "p", "u2"]);
    expect(ids(mergeStored([u("u1")], { shown, own: [u("u2")], isRunning: false }))).toEqual(["u1", "u2"]);
    expect(ids(mergeStored([u("u1"), a("q"), u("u3")], { shown, own: [], isRunning: true }))).toEqual([
      "u1",
      "q",
      "u3",
    ]);
  });
});

describe("a person's own message", () => {
  const own = (id: string, metadata: SkeinMessage["metadata"]): SkeinMessage => ({ ...u(id), metadata });
  const stored = [u("u1"), a("a1"), u("u2"), a("a2")];
  const merged = (...own: SkeinMessage[]) =>
    ids(mergeStored(stored, { shown: [], own, isRunning: false, isStored: (id) => id === "elsewhere" }));

  it("stands in for the message it edits, with nothing of the old branch below", () => {
    expect(merged(own("e", { after: "a1", edits: "u2" }))).toEqual(["u1", "a1", "e"]);
    expect(merged(own("e", { after: null, edits: "u1" }))).toEqual(["e"]);
    expect(merged(own("e", { after: "a1", edits: "u2" }), own("f", { after: "a1", edits: "e" }))).toEqual([
      "u1",
      "a1",
      "f",
    ]);
  });

  it("is not shown on another branch than its own", () => {
    expect(merged(own("e", { after: "elsewhere", edits: "x" }))).toEqual(ids(stored));
    expect(merged(own("m", { after: "elsewhere" }))).toEqual(ids(stored));
  });

  it("follows the path if what it followed is not known", () => {
    expect(merged(own("m", { after: "a partial answer" }))).toEqual([...ids(stored), "m"]);
  });
});

it("an answer that is stored on another branch is no partial of a question that is answered anew", () => {
  const shown = [u("u1"), a("a1")];
  const anew = (isStored: (id: string) => boolean) =>
    ids(mergeStored([u("u1")], { shown, own: [], isRunning: true, isStored }));
  expect(anew((id) => id === "a1")).toEqual(["u1"]);
  expect(anew(() => false)).toEqual(["u1", "a1"]);
});

describe("placeAnswer", () => {
  const none = () => false;

  it("leaves a list alone to which the answer can be appended", () => {
    const shown = [u("u1")];
    expect(placeAnswer(shown, "u1", "a1", none)).toBe(shown);
    const again = [u("u1"), a("a1")];
    expect(placeAnswer(again, "u1", "a1", none)).toBe(again);
  });

  it("makes room before messages that wait", () => {
    expect(ids(placeAnswer([u("u1"), u("u2")], "u1", "a1", none))).toEqual(["u1", "a1", "u2"]);
  });

  it("drops the partial answer of a run that died, but nothing stored", () => {
    expect(ids(placeAnswer([u("u1"), a("p")], "u1", "a1", none))).toEqual(["u1"]);
    expect(ids(placeAnswer([u("u1"), a("p"), u("u2")], "u1", "a1", none))).toEqual(["u1", "a1", "u2"]);
    expect(ids(placeAnswer([u("u1"), a("s")], "u1", "a1", (id) => id === "s"))).toEqual(["u1", "s"]);
  });

  it("does nothing without an id or without the question", () => {
    const shown = [u("u1"), u("u2")];
    expect(placeAnswer(shown, "u1", undefined, none)).toBe(shown);
    expect(placeAnswer(shown, "u9", "a1", none)).toBe(shown);
    expect(placeAnswer(shown, null, "a1", none)).toBe(shown);
  });
});

it("questionOf is the last message a person wrote", () => {
  expect(questionOf([u("u1"), a("a1"), u("u2"), a("a2")])).toBe("u2");
  expect(questionOf([])).toBeNull();
});
