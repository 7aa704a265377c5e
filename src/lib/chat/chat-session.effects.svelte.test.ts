import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { assistant, FakeChat, read, user } from "./testing/fake-chat.ts";

let chat: FakeChat;
beforeEach(async () => {
  chat = await FakeChat.afterOneTurn();
});
afterEach(() => chat.close());

const until = (check: () => void) => vi.waitFor(check, { timeout: 8000, interval: 5 });

it("can be connected, synced and disposed in effects, and is reactive", async () => {
  chat.saveQuestion(user("u2"));
  const page = chat.create();
  let data = $state.raw(chat.data());
  let connects = 0;
  const seen: string[] = [];
  const stop = $effect.root(() => {
    $effect(() => {
      connects++;
      page.connect();
      return () => page.dispose();
    });
    $effect(() => page.sync(data));
    $effect(() => void seen.push(`${page.status} ${read(page).at(-1) ?? ""}`));
  });
  flushSync();
  chat.engine.begin("a2", "u2");
  chat.engine.words("w1");
  await until(() => expect(seen.at(-1)).toBe("streaming a2:w1"));
  data = chat.data();
  flushSync();
  expect(connects).toBe(1);
  expect(chat.engine.reads).toHaveLength(1);
  stop();
  await until(() => expect(chat.engine.readers).toBe(0));
  expect(chat.engine.inputs).toEqual([]);
});

it("goes on exactly after it was disposed and connected again", async () => {
  chat.saveQuestion(user("u2"));
  chat.engine.begin("a2", "u2");
  chat.engine.words("w1 ");
  const page = chat.open();
  await until(() => expect(read(page).at(-1)).toBe("a2:w1 "));
  page.dispose();
  page.connect();
  chat.engine.words("w2");
  await until(() => expect(read(page).at(-1)).toBe("a2:w1 w2"));
});

it("tells of a turn's end once more when it is stored", async () => {
  chat.saveQuestion(user("u2"));
  const page = chat.open();
  const ends: string[] = [];
  const stop = $effect.root(() => {
    $effect(() => void ends.push(`${page.isRunning ? "running" : "ended"} ${page.storedEnd}`));
  });
  const before = chat.data().session.lastEventId;
  const after = chat.engine.answer("a2", "u2", "two", 1);
  await until(() => expect(ends.at(-1)).toBe(`ended ${before}`));
  chat.saveAnswer(assistant("a2", "u2", "two"), after, 1);
  page.sync(chat.data());
  await until(() => expect(ends.at(-1)).toBe(`ended ${after}`));
  stop();
});
