import type { UIMessageChunk } from "ai";
import { expect, it } from "vitest";
import { forwardAttempts } from "./forward-attempts.ts";

const start: UIMessageChunk = { type: "start", messageId: "m" };
const say = (delta: string): UIMessageChunk => ({ type: "text-delta", id: "t", delta });

async function* from(chunks: UIMessageChunk[], end?: Error) {
  yield* chunks;
  await Promise.resolve();
  if (end) throw end;
}

/** What arrived under which name. */
function collect() {
  const forwarded: { name: string; chunks: UIMessageChunk[] }[] = [];
  const forward = async (stream: ReadableStream<UIMessageChunk>, name: string) => {
    const one = { name, chunks: [] as UIMessageChunk[] };
    forwarded.push(one);
    for await (const chunk of stream) one.chunks.push(chunk);
  };
  return { forwarded, forward };
}

it("forwards what is said as it is", async () => {
  const { forwarded, forward } = collect();
  await forwardAttempts(from([start, say("a"), say("b")]), "call", forward);
  expect(forwarded).toEqual([{ name: expect.stringMatching(/^call#/), chunks: [start, say("a"), say("b")] }]);
});

it("forwards an answer that begins again under another name", async () => {
  const { forwarded, forward } = collect();
  await forwardAttempts(from([start, say("half"), start, say("whole")]), "call", forward);
  expect(forwarded.map(({ chunks }) => chunks)).toEqual([
    [start, say("half")],
    [start, say("whole")],
  ]);
  expect(new Set(forwarded.map(({ name }) => name)).size).toBe(2);
});

it("says what ended the stream, when all that came before has been forwarded", async () => {
  const { forwarded, forward } = collect();
  await expect(forwardAttempts(from([start, say("a")], new Error("gone")), "call", forward)).rejects.toThrow("gone");
  expect(forwarded[0]?.chunks).toEqual([start, say("a")]);
});

it("forwards nothing when nothing is said", async () => {
  const { forwarded, forward } = collect();
  await forwardAttempts(from([]), "call", forward);
  expect(forwarded).toEqual([]);
});
