import { describe, expect, it } from "vitest";
import { choiceOf, leftBelow, SeenTree } from "./branches.ts";
import { assistant, user } from "./testing/fake-chat.ts";
import type { Branch } from "./types.ts";

const some = (...ids: (string | null)[]): Branch[] => ids.map((id) => ({ id, mark: null }));
const ids = (path: { id: string }[] | undefined) => path?.map(({ id }) => id);
const [u1, a1, u2, a2, v2, b2] = [
  user("u1"),
  assistant("a1", "u1", "one"),
  user("u2"),
  assistant("a2", "u2", "two"),
  user("v2"),
  assistant("b2", "v2", "other"),
] as const;

describe("a choice", () => {
  it("is the place of the message shown among its siblings", () => {
    expect(choiceOf({ p: some("a", "b", "c") }, "p", "b")).toMatchObject({ parentId: "p", at: 1 });
    expect(choiceOf({ "": some("a", "b") }, null, "b")).toMatchObject({ parentId: null, at: 1 });
  });

  it("is none for an only child", () => {
    expect(choiceOf({}, "p", "a")).toBeNull();
    expect(choiceOf({ p: some("a") }, "p", "a")).toBeNull();
    expect(choiceOf({ p: some(null) }, "p", "written")).toBeNull();
  });

  it("takes a message that the list does not have for the answer being written, else for the newest", () => {
    expect(choiceOf({ p: some("a", null, "c") }, "p", "written")?.at).toBe(1);
    expect(choiceOf({ p: some("a") }, "p", "own")).toEqual({ parentId: "p", branches: some("a", "own"), at: 1 });
    expect(choiceOf({ p: some("a") }, "p", null)).toEqual({ parentId: "p", branches: some("a", null), at: 1 });
  });

  it("below the end of the path is what was left there", () => {
    expect(leftBelow({ p: some("a") }, "p")).toEqual({ parentId: "p", branches: some("a"), at: -1 });
    expect(leftBelow({ p: some(null) }, "p")).toBeNull();
    expect(leftBelow({}, "p")).toBeNull();
  });
});

describe("the branches a page has seen", () => {
  const tree = () => {
    const tree = new SeenTree();
    const branches = { a1: some("u2", "v2") };
    tree.store({ messages: [u1, a1, v2, b2], branches });
    tree.store({ messages: [u1, a1, u2, a2], branches });
    return tree;
  };

  it("lead back to where each was left", () => {
    expect(ids(tree().through("a1", "v2"))).toEqual(["u1", "a1", "v2", "b2"]);
    expect(ids(tree().through("a1", "u2"))).toEqual(["u1", "a1", "u2", "a2"]);
  });

  it("lead as far as they are known", () => {
    expect(ids(tree().through("a1", "w2"))).toEqual(["u1", "a1"]);
    expect(tree().through("unknown", "w2")).toBeUndefined();
    expect(ids(tree().through(null, "u9"))).toEqual([]);
  });

  it("keep what was shown of an answer that is being written, whatever is looked at meanwhile", () => {
    const seen = tree();
    seen.visit([u1, a1, u2, assistant("partial", "u2", "tw")]);
    seen.expect("u2", { id: null, mark: "running" });
    seen.store({ messages: [u1, a1, u2, a2], branches: { u2: some("a2", null) } });
    expect(ids(seen.through("u2", null))).toEqual(["u1", "a1", "u2", "partial"]);
    seen.store({ messages: [u1, a1, u2, assistant("partial", "u2", "two")], branches: {} });
    expect(ids(seen.through("u2", null))).toEqual(["u1", "a1", "u2"]);
  });

  it("list the choices along a path, and below its end", () => {
    const seen = tree();
    expect(seen.along([u1, a1, v2, b2]).a1).toEqual(some("u2", "v2"));
    seen.expect("u2", { id: null, mark: "running" });
    expect(seen.along([u1, a1, u2]).u2).toEqual([...some("a2"), { id: null, mark: "running" }]);
    seen.store({ messages: [u1], branches: { u1: some("a1") } });
    expect(seen.along([u1]).u1).toEqual(some("a1"));
  });
});
