import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AttachedFile } from "$lib/tools/file.ts";
import { Draft } from "./draft.svelte.ts";

const cat: AttachedFile = { id: "cat", name: "cat.png", mediaType: "image/png", size: 5 };
const dog: AttachedFile = { ...cat, id: "dog", name: "dog.png" };

let stored: Map<string, string>;
beforeEach(() => {
  stored = new Map();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  });
});
afterEach(() => vi.unstubAllGlobals());

function reloaded(isSent = () => false) {
  const draft = new Draft("chat", "demo:skein");
  draft.restore(isSent);
  return { text: draft.text, files: draft.files, model: draft.model };
}

function written(text: string, ...files: AttachedFile[]) {
  const draft = new Draft("chat", "demo:skein");
  draft.text = text;
  draft.attach(files);
  return draft;
}

test("files come back with the text, or without one", () => {
  written("look", cat, dog);
  expect(reloaded()).toEqual({ text: "look", files: [cat, dog], model: "demo:skein" });
  written("", cat);
  expect(reloaded().files).toEqual([cat]);
});

test("what is on its way comes back unless it arrived, before what was written since", () => {
  const draft = written("first", cat);
  expect(draft.take()).toEqual({ text: "first", files: [cat] });
  expect([draft.text, draft.files]).toEqual(["", []]);
  draft.text = "second";
  draft.attach([dog]);
  const asStored = new Map(stored);
  expect(reloaded()).toMatchObject({ text: "first\n\nsecond", files: [cat, dog] });
  stored = asStored;
  expect(reloaded(() => true)).toMatchObject({ text: "second", files: [dog] });
});

test("a model comes back without a word, until it is used or there is another to begin with", () => {
  const choose = (model: string) => Object.assign(written(""), { model });
  choose("other").save();
  const asStored = new Map(stored);
  expect(reloaded()).toEqual({ text: "", files: [], model: "other" });
  stored = asStored;
  const later = new Draft("chat", "newer");
  later.restore(() => false);
  expect(later.model).toBe("newer");

  const draft = choose("other");
  draft.take();
  draft.accept();
  expect(stored.size).toBe(0);
  choose("other").save();
  choose("demo:skein").save();
  expect(stored.size).toBe(0);
});

test("what has arrived leaves nothing behind", () => {
  const draft = written("first", cat);
  draft.take();
  draft.accept();
  expect(stored.size).toBe(0);
});

test.each([
  ['{"text":"old","unsent":"older","model":"m"}', { text: "older\n\nold", files: [], model: "m" }],
  ['{"text":"x","files":"no list","unsent":{"text":"y"}}', { text: "y\n\nx", files: [] }],
  ["null", { text: "", files: [] }],
  ["no json", { text: "", files: [] }],
])("what an earlier version or somebody else left is read as far as it goes: %s", (kept, read) => {
  stored.set("skein:draft:chat", kept);
  expect(reloaded()).toMatchObject(read);
});
