import { beforeEach, expect, it } from "vitest";
import { Connection, type SourceListener } from "./connection.ts";

let sources: SourceListener[];
let waits: { ms: number; run: () => void }[];
let heard: string[];
let connection: Connection;

beforeEach(() => {
  sources = [];
  waits = [];
  heard = [];
  connection = new Connection(
    (listener) => {
      sources.push(listener);
      return () => heard.push("closed");
    },
    (ms, run) => {
      const wait = { ms, run };
      waits.push(wait);
      return () => void waits.splice(waits.indexOf(wait), 1);
    },
    { onopen: () => heard.push("open"), ondata: (text) => heard.push(text), onlost: () => heard.push("lost") },
  );
  connection.open();
});

const newest = () => sources.at(-1) as SourceListener;
function waited(): number | undefined {
  const wait = waits.pop();
  wait?.run();
  return wait?.ms;
}

it("leaves the restoring of a lost connection to the browser", () => {
  newest().onopen();
  newest().onlost(false);
  expect(connection.isOpen).toBe(false);
  newest().onopen();
  newest().ondata("a");
  expect(heard).toEqual(["open", "lost", "open", "a"]);
  expect(sources).toHaveLength(1);
  expect(waits).toEqual([]);
});

it("tries again, ever slower, when it is refused", () => {
  const taken = Array.from({ length: 7 }, () => {
    newest().onlost(true);
    return waited();
  });
  expect(taken).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  newest().onopen();
  newest().onlost(true);
  expect(waited()).toBe(500);
});

it("keeps what is open, and opens what is closed", () => {
  connection.open();
  expect(sources).toHaveLength(1);
  connection.close();
  connection.reopen();
  expect(sources).toHaveLength(1);
  connection.open();
  expect(sources).toHaveLength(2);
});

it("tells that what was open is lost before it opens another", () => {
  newest().onopen();
  connection.reopen();
  newest().onopen();
  expect(heard).toEqual(["open", "lost", "closed", "open"]);
});

it("is silent after it was closed, whatever was on its way", () => {
  newest().onlost(true);
  connection.close();
  expect(waits).toEqual([]);
  newest().onopen();
  newest().ondata("a");
  newest().onlost(true);
  expect(heard).toEqual(["closed"]);
  expect(waits).toEqual([]);
});
