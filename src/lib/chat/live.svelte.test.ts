import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LiveFeed } from "./live.svelte.ts";

class FakeEventSource {
  static readonly CLOSED = 2;
  static opened: FakeEventSource[] = [];
  readyState = 0;
  onopen = () => {};
  onmessage: (event: { data: string }) => void = () => {};
  onerror = () => {};

  constructor() {
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
const heard: string[] = [];
const newest = () => FakeEventSource.opened.at(-1) as FakeEventSource;
let feed: LiveFeed;
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeEventSource);
  vi.stubGlobal("document", page);
  vi.stubGlobal("window", new EventTarget());
  FakeEventSource.opened = [];
  heard.length = 0;
  feed = new LiveFeed({ onchat: (id) => heard.push(id), onresync: () => heard.push("resync") });
  stop = feed.start();
  newest().onopen();
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("tells which chat changed", () => {
  newest().onmessage({ data: JSON.stringify({ type: "chat", chatId: "c1" }) });
  newest().onmessage({ data: JSON.stringify({ type: "resync" }) });
  expect(heard).toEqual(["c1", "resync"]);
});

it("asks to fetch again when the browser has restored a lost connection", () => {
  newest().fail(false);
  expect(feed.connected).toBe(false);
  newest().onopen();
  expect(feed.connected).toBe(true);
  expect(heard).toEqual(["resync"]);
  expect(FakeEventSource.opened).toHaveLength(1);
});

it("connects again, ever slower, when the server refuses", () => {
  newest().fail(true);
  vi.advanceTimersByTime(500);
  expect(FakeEventSource.opened).toHaveLength(2);
  newest().fail(true);
  vi.advanceTimersByTime(500);
  expect(FakeEventSource.opened).toHaveLength(2);
  vi.advanceTimersByTime(500);
  expect(FakeEventSource.opened).toHaveLength(3);
  newest().onopen();
  expect(heard).toEqual(["resync"]);
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

it("is silent after it was stopped", () => {
  newest().fail(true);
  stop();
  vi.advanceTimersByTime(60_000);
  expect(FakeEventSource.opened).toHaveLength(1);
});
