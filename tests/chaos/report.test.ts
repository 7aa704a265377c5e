import { expect, it } from "vitest";
import type { Conversation } from "./conversation.ts";
import type { Kill } from "./killer.ts";
import { samplesOf, slowest, table, type Sample } from "./report.ts";

const conversation = (chatId: string, from: number, to: number | undefined, heard: number[]) =>
  ({ chatId, flights: [{ from, to }], stream: { heard } }) as unknown as Conversation;
const kill = (victim: Kill["victim"], at: number): Kill => ({ victim, at, pid: 1 });

it("measures from a kill to the next thing heard, in chats that wait for an answer", () => {
  const chats = [
    conversation("waits", 0, 5000, [900, 1700, 1800]),
    conversation("ends", 0, 1400, [900]),
    conversation("rests", 0, 500, [400]),
  ];
  expect(samplesOf([kill("engine", 1000)], chats, [])).toMatchObject([
    { kind: "engine", ms: 700 },
    { kind: "engine", ms: 400 },
  ]);
});

it("counts the death of a run for its own chat only", () => {
  const chats = [conversation("its", 0, 9000, [3000]), conversation("another's", 0, 9000, [1010])];
  expect(samplesOf([kill("run", 1000)], chats, [{ chatId: "its", at: 1100 }])).toMatchObject([
    { kind: "run", ms: 2000, chatId: "its", turn: 0 },
  ]);
});

it("takes what comes at once for what was on its way", () => {
  const chats = [conversation("waits", 0, 9000, [1020, 1140, 2500])];
  expect(samplesOf([kill("worker", 1000)], chats, [])).toMatchObject([{ ms: 1500 }]);
});

it("names the longest waits, one a chat", () => {
  const chats = [conversation("a", 0, 9000, [4000]), conversation("b", 0, 9000, [3500])];
  expect(slowest(samplesOf([kill("web", 1000), kill("engine", 2000)], chats, []), 500).split("\n")).toEqual([
    "waited 3.0 s from 0.5 s on (web): question 1 of a",
    "waited 2.5 s from 0.5 s on (web): question 1 of b",
  ]);
});

it("says so when the next victim fell before anything was heard", () => {
  const chats = [conversation("waits", 0, 9000, [4000])];
  expect(samplesOf([kill("web", 1000), kill("engine", 2000)], chats, [])).toMatchObject([
    { kind: "several", ms: 3000 },
    { kind: "engine", ms: 2000 },
  ]);
});

it("prints a line for each kind and one for all", () => {
  const samples = [100, 200, 9000].map((ms) => ({ kind: "engine", ms }) as Sample);
  const lines = table([kill("engine", 0)], samples).split("\n");
  expect(lines.find((line) => line.startsWith("engine"))).toMatch(/^engine +1 +3 +0\.20 +9\.00 +9\.00$/);
  expect(lines.at(-1)).toMatch(/^all +1 +3 +0\.20 +9\.00 +9\.00$/);
});
