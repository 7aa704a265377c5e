import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LiveFeed } from "./live.svelte.ts";

class FakeEventSource {
  static readonly CLOSED = 2;
  static opened: FakeEventSource[] = [];
  readonly url: string;
  readyState = 0;
  onopen = () => {};
  onmessage: (event: { data: string }) => void = () => {};
  onerror = () => {};

  constructor(url: string) {
    this.url = url;
    FakeEventSource.opened.push(this);
  }

  close() {
    this.readyState = 2;
  }

  fail(isFinal: boolean) {
    this.readyState = isFinal ? 2 : 0;
    this.onerror();
  }
}

const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
const browser = new EventTarget();
const heard: string[] = [];
const newest = () => FakeEventSource.opened.at(-1) as FakeEventSource;
const tell = (event: object) => newest().onmessage({ data: JSON.stringify(event) });
let feed: LiveFeed;
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeEventSource);
  vi.stubGlobal("document", page);
  vi.stubGlobal("window", browser);
  // Plain http: every tab has its own connection.
  vi.stubGlobal("navigator", {});
  FakeEventSource.opened = [];
  heard.length = 0;
  feed = new LiveFeed({
    onchat: (id) => heard.push(id),
    onqueue: (id) => heard.push(`queue of ${id}`),
    onresync: () => heard.push("resync"),
  });
  stop = feed.start("ada");
  newest().onopen();
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("tells which chat changed, and which queue", () => {
  tell({ type: "chat", chatId: "c1" });
  tell({ type: "queue", chatId: "c2" });
  tell({ type: "resync" });
  expect(heard).toEqual(["c1", "queue of c2", "resync"]);
  expect(newest().url).toBe("/api/live?user=ada");
});

it("says whether it can hear", () => {
  expect(feed.connected).toBe(true);
  newest().fail(false);
  expect(feed.connected).toBe(false);
  newest().onopen();
  expect(feed.connected).toBe(true);
  expect(heard).toEqual(["resync"]);
});

it("connects again when the server refused, and when the network is back", () => {
  newest().fail(true);
  vi.advanceTimersByTime(500);
  expect(FakeEventSource.opened).toHaveLength(2);
  browser.dispatchEvent(new Event("online"));
  expect(FakeEventSource.opened).toHaveLength(3);
});

it("asks to fetch again when the tab is looked at, over a new connection when it was hidden for long", () => {
  const turn = (state: string) => {
    page.visibilityState = state;
    page.dispatchEvent(new Event("visibilitychange"));
  };
  turn("hidden");
  vi.advanceTimersByTime(1000);
  turn("visible");
  expect(heard).toEqual(["resync"]);
  expect(FakeEventSource.opened).toHaveLength(1);
  turn("hidden");
  vi.advanceTimersByTime(60_000);
  turn("visible");
  expect(FakeEventSource.opened).toHaveLength(2);
});

it("holds nothing while the page is kept for the way back, and looks again then", () => {
  browser.dispatchEvent(new Event("pagehide"));
  expect(newest().readyState).toBe(FakeEventSource.CLOSED);
  expect(feed.connected).toBe(false);
  browser.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  expect(FakeEventSource.opened).toHaveLength(2);
  newest().onopen();
  expect(feed.connected).toBe(true);
  expect(heard).toEqual(["resync"]);
});

it("is silent after it was stopped", () => {
  newest().fail(true);
  stop();
  browser.dispatchEvent(new Event("online"));
  vi.advanceTimersByTime(60_000);
  expect(FakeEventSource.opened).toHaveLength(1);
});
