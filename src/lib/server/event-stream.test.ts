import { expect, test, vi } from "vitest";
import { eventStream } from "./event-stream.ts";

async function read(response: Response, chunks: number): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) throw new Error("The response has no body.");
  let text = "";
  for (let i = 0; i < chunks; i++) text += (await reader.read()).value ?? "";
  await reader.cancel();
  return text;
}

test("each value is one event, and leaving ends the subscription once", async () => {
  const ended = vi.fn();
  const response = eventStream(new AbortController().signal, (send) => {
    queueMicrotask(() => send({ type: "resync" }));
    return ended;
  });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  expect(await read(response, 2)).toBe('retry: 1000\n\ndata: {"type":"resync"}\n\n');
  expect(ended).toHaveBeenCalledTimes(1);
});

test("a request that is aborted ends the subscription and the stream", async () => {
  const ended = vi.fn();
  const gone = new AbortController();
  const response = eventStream(gone.signal, () => ended);
  gone.abort();
  expect(await response.text()).toBe("retry: 1000\n\n");
  expect(ended).toHaveBeenCalledTimes(1);
});

test("what is sent after the end goes nowhere and throws nothing", async () => {
  let send: (event: unknown) => void = () => {};
  const gone = new AbortController();
  eventStream(gone.signal, (it) => {
    send = it;
    return () => {};
  });
  gone.abort();
  expect(() => send({ type: "resync" })).not.toThrow();
});
