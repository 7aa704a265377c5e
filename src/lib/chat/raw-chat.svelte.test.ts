import { simulateReadableStream } from "ai";
import { flushSync } from "svelte";
import { expect, it } from "vitest";
import { RawChat } from "./raw-chat.svelte.ts";
import { assistant, user } from "./testing/fake-chat.ts";
import type { Chunk } from "./turn-guard.ts";

it("a message that grows is another object with each word; its parts that are done, and all other messages, stay the same", async () => {
  const script: Chunk[] = [
    { type: "start", messageId: "a2" },
    { type: "reasoning-start", id: "r" },
    { type: "reasoning-delta", id: "r", delta: "hm" },
    { type: "reasoning-end", id: "r" },
    { type: "text-start", id: "t" },
    ...["one", " two", " three"].map((delta): Chunk => ({ type: "text-delta", id: "t", delta })),
    { type: "text-end", id: "t" },
    { type: "finish" },
  ];
  const stream = () =>
    Promise.resolve(simulateReadableStream({ chunks: script, initialDelayInMs: null, chunkDelayInMs: null }));
  const before = [user("u1"), assistant("a1", "u1", "before")];
  const chat = new RawChat({ messages: before, transport: { sendMessages: stream, reconnectToStream: stream } });
  const seen: (typeof chat.messages)[] = [];
  const stop = $effect.root(() => {
    $effect(() => void seen.push(chat.messages));
  });
  flushSync();
  await chat.sendMessage(user("u2"));
  flushSync();
  stop();

  const answers = seen.map((messages) => messages[3]).filter((message) => message !== undefined);
  const texts = answers.flatMap(({ parts }) => (parts[1]?.type === "text" ? [parts[1].text] : []));
  expect([...new Set(texts)]).toEqual(["", "one", "one two", "one two three"]);
  expect(new Set(answers).size).toBe(answers.length);
  const reasonings = answers.filter(({ parts }) => parts.length === 2).map(({ parts }) => parts[0]);
  expect(new Set(reasonings).size).toBe(1);
  for (const messages of seen) expect([messages[0], messages[1]]).toEqual(before);
  expect(seen.at(-1)?.[1]).toBe(before[1]);
});
