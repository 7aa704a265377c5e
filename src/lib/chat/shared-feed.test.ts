import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeBrowser, type FakeTab } from "./testing/fake-tabs.ts";

let browser: FakeBrowser;
beforeEach(() => {
  vi.useFakeTimers();
  browser = new FakeBrowser();
});
afterEach(() => void vi.useRealTimers());

const pass = (ms = 10) => vi.advanceTimersByTime(ms);
const heardBy = (...tabs: FakeTab[]) => tabs.map(({ heard }) => heard.splice(0));
const connected = (...tabs: FakeTab[]) => tabs.map(({ isConnected }) => isConnected);

function three(): [FakeTab, FakeTab, FakeTab] {
  const tabs = [browser.open(), browser.open(), browser.open()] as [FakeTab, FakeTab, FakeTab];
  pass();
  return tabs;
}

describe("several tabs", () => {
  it("share one connection, and each hears everything once", () => {
    const tabs = three();
    expect(browser.connections).toBe(1);
    expect(connected(...tabs)).toEqual([true, true, true]);
    browser.announce("a");
    browser.announce("b");
    pass(60_000);
    expect(heardBy(...tabs)).toEqual([
      ["a", "b"],
      ["a", "b"],
      ["a", "b"],
    ]);
    expect(browser.connections).toBe(1);
  });

  it("have one each where they cannot share", () => {
    const tabs = [browser.open({ canShare: false }), browser.open({ canShare: false })];
    pass();
    expect(browser.connections).toBe(2);
    browser.announce("a");
    pass(60_000);
    expect(heardBy(...tabs)).toEqual([["a"], ["a"]]);
  });

  it("are told when the connection is lost and when it is back, and to look again", () => {
    const tabs = three();
    browser.breakConnections();
    pass();
    expect(connected(...tabs)).toEqual([false, false, false]);
    pass(500);
    expect(connected(...tabs)).toEqual([true, true, true]);
    expect(heardBy(...tabs)).toEqual([["resync"], ["resync"], ["resync"]]);
    expect(browser.connections).toBe(1);
  });
});

describe("when the leader goes", () => {
  it.each([
    ["is closed", (leader: FakeTab) => leader.feed.stop()],
    ["crashes", (leader: FakeTab) => leader.crash()],
  ])("because it %s, another takes over at once and everybody looks again", (_, end) => {
    const [leader, second, third] = three();
    end(leader);
    // Of this nobody was told.
    browser.announce("lost");
    pass();
    expect(browser.connections).toBe(1);
    expect(connected(second, third)).toEqual([true, true]);
    expect(heardBy(second, third)).toEqual([["resync"], ["resync"]]);
    browser.announce("a");
    pass();
    expect(heardBy(second, third)).toEqual([["a"], ["a"]]);
  });

  it("a tab that leads no more is silent, and one that comes back is told to look again", () => {
    const [leader, second] = three();
    leader.feed.stop();
    expect(leader.isConnected).toBe(false);
    pass();
    browser.announce("a");
    pass();
    expect(heardBy(leader)).toEqual([[]]);
    // From the browser's cache of pages.
    leader.feed.start(true);
    pass();
    expect(leader.isConnected).toBe(true);
    expect(heardBy(leader)).toEqual([["resync"]]);
    expect(browser.connections).toBe(1);
    second.feed.stop();
    browser.tabs[2]?.feed.stop();
    pass();
    expect(browser.connections).toBe(1);
    expect(leader.isConnected).toBe(true);
  });
});

describe("a leader that is frozen", () => {
  it("is replaced by a connection of each tab in view, until it speaks again", () => {
    const [leader, second] = three();
    const hidden = browser.open({ isVisible: false });
    pass();
    leader.freeze();
    browser.announce("missed");
    pass(7000);
    // Theirs, and the one of the leader, which is still open.
    expect(browser.connections).toBe(3);
    expect(second.isConnected).toBe(true);
    expect(heardBy(second, hidden)).toEqual([["resync"], []]);
    browser.announce("a");
    pass();
    expect(heardBy(second)).toEqual([["a"]]);
    leader.thaw();
    pass(2500);
    expect(browser.connections).toBe(1);
    heardBy(second);
    browser.announce("b");
    pass();
    expect(heardBy(second)).toEqual([["b"]]);
  });

  it("and is closed then: a tab that helped itself leads with the connection it has", () => {
    const [leader, second, third] = three();
    leader.freeze();
    pass(7000);
    const [source] = second.sources;
    heardBy(second, third);
    leader.crash();
    pass();
    expect([...second.sources]).toEqual([source]);
    expect(browser.connections).toBe(1);
    browser.announce("a");
    pass();
    expect(heardBy(second, third)).toEqual([["a"], ["a"]]);
  });

  it("keeps no tab connected that is not looked at any more", () => {
    const [leader, second, third] = three();
    leader.freeze();
    pass(7000);
    second.feed.hidden();
    third.feed.hidden();
    expect(browser.connections).toBe(1);
    second.feed.visible();
    pass(7000);
    expect(browser.connections).toBe(2);
    expect(second.isConnected).toBe(true);
  });
});

describe("a server that refuses", () => {
  it("is not waited for by a tab in view when the leader does so slowly", () => {
    browser.isServerDown = true;
    const [leader, second, third] = three();
    pass(2000);
    leader.freeze();
    browser.isServerDown = false;
    pass(20_000);
    expect(connected(second, third)).toEqual([true, true]);
  });
});

describe("a tab that comes into view", () => {
  it("looks again", () => {
    const [leader, second] = three();
    for (const tab of [leader, second]) {
      tab.feed.hidden();
      pass(1000);
      tab.feed.visible();
      pass();
    }
    expect(heardBy(leader, second)).toEqual([["resync"], ["resync"]]);
    expect(browser.connections).toBe(1);
  });

  it.each([0, 1])("after a long time has the connection renewed, whoever holds it (%i)", (which) => {
    const tabs = three();
    const tab = tabs[which] as FakeTab;
    const [source] = tabs[0].sources;
    tab.feed.hidden();
    pass(31_000);
    tab.feed.visible();
    pass();
    const [renewed] = tabs[0].sources;
    expect(renewed).not.toBe(source);
    expect(browser.connections).toBe(1);
    expect(connected(...tabs)).toEqual([true, true, true]);
    for (const heard of heardBy(...tabs)) expect(heard).toContain("resync");
    // A connection so young is beyond doubt.
    tabs[2].feed.hidden();
    pass(100);
    tabs[2].feed.visible();
    pass();
    expect([...tabs[0].sources]).toEqual([renewed]);
  });

  it("many at a time after a long time renew it once", () => {
    const tabs = three();
    for (const { feed } of tabs) feed.hidden();
    pass(60_000);
    for (const { feed } of tabs) {
      feed.visible();
      pass();
    }
    for (const heard of heardBy(...tabs)) expect(heard.filter((event) => event === "resync").length).toBeLessThan(3);
  });

  it("does not wait for the next attempt", () => {
    browser.isServerDown = true;
    const [leader, ...others] = three();
    pass(60_000);
    browser.isServerDown = false;
    others[0].feed.hidden();
    others[0].feed.visible();
    pass();
    expect(connected(leader, ...others)).toEqual([true, true, true]);
  });
});

it("connects anew when the network is back", () => {
  const tabs = three();
  const [source] = tabs[0].sources;
  for (const { feed } of tabs) feed.online();
  pass();
  expect([...tabs[0].sources]).not.toEqual([source]);
  expect(browser.connections).toBe(1);
  expect(heardBy(...tabs)).toEqual([["resync"], ["resync"], ["resync"]]);
});

it("goes on after a night, without a second connection", () => {
  const tabs = three();
  vi.setSystemTime(Date.now() + 8 * 60 * 60 * 1000);
  pass(10_000);
  expect(browser.connections).toBe(1);
  expect(connected(...tabs)).toEqual([true, true, true]);
});
