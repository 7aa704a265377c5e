import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeBrowser } from "$lib/chat/testing/fake-browser.ts";
import { settle } from "./browser-person.ts";

let browser: FakeBrowser;
beforeEach(() => {
  browser = new FakeBrowser();
  for (const key of ["skein:draft:new", "skein:draft:c1", "skein:waiting:c1:m1", "skein:theme", "another:draft:x"])
    browser.store(key, "{}");
});
afterEach(() => vi.unstubAllGlobals());

const guest = { id: "g", isGuest: true };
const account = { id: "a", isGuest: false };
const all = ["another:draft:x", "skein:draft:c1", "skein:draft:new", "skein:theme", "skein:waiting:c1:m1"];
const stored = () => browser.stored.filter((key) => key !== "skein:person").sort();

it("forgets what somebody wrote in an account when the next one comes, and nothing else", () => {
  settle(account);
  expect(stored()).toEqual(all);
  settle(guest);
  expect(stored()).toEqual(["another:draft:x", "skein:theme"]);
});

it("keeps it for the same person, and for a guest who signs up or in", () => {
  for (const person of [guest, { ...guest, isGuest: false }]) settle(person);
  expect(stored()).toEqual(all);
  settle(guest);
  settle(account);
  settle(account);
  expect(stored()).toEqual(all);
});

it("does without storage", () => {
  browser.refuseStorage();
  expect(() => settle(account)).not.toThrow();
});
