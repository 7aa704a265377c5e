import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { holdBack } from "./hold-back.ts";

let told: string[];
let awaited: string | undefined;
const news = () =>
  holdBack(
    (chatId) => chatId === awaited,
    (chatId) => told.push(chatId),
  );

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  awaited = undefined;
});
afterEach(() => vi.useRealTimers());

it("tells of chats that nobody waits for at once", () => {
  awaited = "mine";
  const { hear } = news();
  hear("other");
  expect(told).toEqual(["other"]);
});

it("tells of the chat whose answer is awaited once that has begun, and once for all that came", () => {
  awaited = "mine";
  const { hear, release } = news();
  hear("mine");
  hear("mine");
  expect(told).toEqual([]);
  awaited = undefined;
  release();
  expect(told).toEqual(["mine"]);
  hear("mine");
  expect(told).toEqual(["mine", "mine"]);
  vi.runAllTimers();
  expect(told).toHaveLength(2);
});

it("does not wait long", () => {
  awaited = "mine";
  const { hear } = news();
  hear("mine");
  vi.advanceTimersByTime(399);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual(["mine"]);
});
