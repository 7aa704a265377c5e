import type { ChatSessionPersistedState } from "@trigger.dev/sdk/chat";
import type { ChatPageData } from "./types.ts";

/**
 * From where a page reads the stream of its chat. A running turn is read from the end of the last completed one, never
 * from the middle: only that is exact. It waits for an answer to what comes after the last consumed input; without that
 * number the server would say "settled" as long as the run has not written its first chunk.
 */
export function streamCursor({ session }: ChatPageData, token: string | undefined): ChatSessionPersistedState {
  return {
    publicAccessToken: session.publicAccessToken ?? token ?? "",
    lastEventId: session.lastEventId,
    isStreaming: session.isStreaming,
    activeInputSeq: session.isStreaming ? inputAfter(session.lastInEventId) : undefined,
  };
}

/** The sequence number of the next input; the first input is 0. */
export function inputAfter(lastInEventId: string | undefined): number {
  return lastInEventId === undefined ? 0 : Number(lastInEventId) + 1;
}
