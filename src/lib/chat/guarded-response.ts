import type { ChunkSource } from "./chunk-source.ts";
import { gatherReplay } from "./replay.ts";
import { type Chunk, type Guard, guardChunk } from "./turn-guard.ts";

export interface ResponseEvents {
  /** The stream is alive. */
  onheard(): void;
  /** The answer begins with the next chunk; its id if the stream says so. */
  onstart(answerId: string | undefined): void;
  /** The run died and another one takes the turn over. */
  onrecovery(): void;
  /** A steering message went into the running answer. */
  oninjected(messageIds: string[]): void;
  /** The turn itself failed. */
  onfailed(text: string): void;
  /** The stream broke off; how the turn goes on is for the server to say. */
  onlost(error: unknown): void;
  /** The answer begins again: `source` is positioned before its `start`. */
  oncut(source: ChunkSource): void;
}

export interface GuardedResponse {
  stream: ReadableStream<Chunk>;
  /** Ends it for the reader at once, without an error and without a word to the run. */
  end(): void;
}

/** What one request of `Chat` gets to read of a session's stream: its own turn, once. */
export function guardResponse(
  source: ChunkSource,
  guard: Guard,
  isReplay: boolean,
  events: ResponseEvents,
): GuardedResponse {
  let ended = false;
  let controller: ReadableStreamDefaultController<Chunk>;

  function close() {
    if (ended) return;
    ended = true;
    controller.close();
  }

  /** Handles one chunk; true when the reader has something new (or the end). */
  function take(chunk: Chunk): boolean {
    events.onheard();
    notice(chunk, events);
    const next = guardChunk(guard, chunk);
    guard = next.guard;
    if (next.verdict === "skip") return false;
    if (next.verdict === "cut") {
      source.putBack([chunk]);
      events.oncut(source);
      // "interrupted" keeps `Chat` from sending anything by itself now.
      controller.enqueue({ type: "finish", finishReason: "interrupted" });
      close();
      return true;
    }
    if (next.verdict === "start") events.onstart(chunk.type === "start" ? chunk.messageId : undefined);
    if (chunk.type === "error") events.onfailed(chunk.errorText);
    controller.enqueue(chunk);
    return true;
  }

  const stream = new ReadableStream<Chunk>(
    {
      start(c) {
        controller = c;
      },
      async pull() {
        try {
          if (isReplay) {
            isReplay = false;
            await gatherReplay(source);
          }
          while (!ended) {
            const chunk = await source.next();
            if (ended) return;
            if (!chunk) return close();
            if (take(chunk)) return;
          }
        } catch (error) {
          if (ended) return;
          events.onlost(error);
          close();
        }
      },
      cancel() {
        ended = true;
        source.cancel();
      },
    },
    { highWaterMark: 0 },
  );

  return {
    stream,
    end() {
      close();
      source.cancel();
    },
  };
}

function notice(chunk: Chunk, events: ResponseEvents) {
  if (chunk.type === "data-recovery") events.onrecovery();
  if (chunk.type === "data-pending-message-injected") {
    const { messageIds } = chunk.data as { messageIds?: string[] };
    events.oninjected(messageIds ?? []);
  }
}
