import type { UIMessageChunk } from "ai";

type Forward = (stream: ReadableStream<UIMessageChunk>, name: string) => Promise<unknown>;

/**
 * Forwards what a sub-agent streams. When its run dies, another one begins the answer again, and so does a run of ours that
 * takes up where a dead one was: what is forwarded then is a stream of its own, or old text would stand before the new. A
 * reader takes the newest of a call (chat/sub-agent-messages.svelte.ts). Rejects with what ended the stream.
 */
export async function forwardAttempts(
  chunks: AsyncIterable<UIMessageChunk>,
  toolCallId: string,
  forward: Forward,
): Promise<void> {
  const forwarded: Promise<unknown>[] = [];
  let attempt: ReadableStreamDefaultController<UIMessageChunk> | undefined;
  const begin = () => {
    attempt?.close();
    const stream = new ReadableStream<UIMessageChunk>({ start: (controller) => void (attempt = controller) });
    forwarded.push(forward(stream, `${toolCallId}#${crypto.randomUUID()}`));
  };
  try {
    for await (const chunk of chunks) {
      if (chunk.type === "start" || !attempt) begin();
      attempt?.enqueue(chunk);
    }
  } finally {
    attempt?.close();
    await Promise.all(forwarded);
  }
}
