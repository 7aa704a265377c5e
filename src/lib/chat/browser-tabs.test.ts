import { randomUUID } from "node:crypto";
import { afterEach, expect, it, vi } from "vitest";
import { browserTabs } from "./browser-tabs.ts";

afterEach(() => void vi.unstubAllGlobals());

const name = `tabs ${randomUUID()}`;
const open = (as: string = name) => browserTabs(as) ?? expect.fail("this runtime has locks and channels");

it("elects one tab of a name at a time, in their order", async () => {
  const elected: string[] = [];
  const [ada, bob, eve, other] = ["ada", "bob", "eve", "other"].map((tab) =>
    open(tab === "other" ? "another person" : name).elect(() => elected.push(tab)),
  ) as [() => void, () => void, () => void, () => void];
  await expect.poll(() => elected).toEqual(["ada", "other"]);
  bob();
  ada();
  await expect.poll(() => elected).toEqual(["ada", "other", "eve"]);
  eve();
  other();
  const locks = async () => {
    const { held = [], pending = [] } = await navigator.locks.query();
    return [...held, ...pending].filter((lock) => lock.name === name);
  };
  await expect.poll(locks).toEqual([]);
});

it("never elects a tab that gave up at once", async () => {
  const elected: string[] = [];
  open().elect(() => elected.push("gone"))();
  const resign = open().elect(() => elected.push("next"));
  await expect.poll(() => elected).toEqual(["next"]);
  resign();
});

it("carries messages to the other tabs of the name, in order", async () => {
  const heard: unknown[] = [];
  const [here, there, elsewhere] = [name, name, "another person"].map((as) =>
    open(as).join((message) => heard.push([as, message])),
  ) as [ReturnType<ReturnType<typeof open>["join"]>, { leave(): void }, { leave(): void }];
  here.post(1);
  here.post(2);
  await expect
    .poll(() => heard)
    .toEqual([
      [name, 1],
      [name, 2],
    ]);
  for (const tab of [here, there, elsewhere]) tab.leave();
});

it("is not to be had without locks, or without channels", () => {
  vi.stubGlobal("navigator", {});
  expect(browserTabs(name)).toBeNull();
  vi.unstubAllGlobals();
  vi.stubGlobal("BroadcastChannel", undefined);
  expect(browserTabs(name)).toBeNull();
});
