import type { SkeinMessage } from "../tools/message.ts";

/** Everything the page of one chat needs, read by the server in one transaction. */
export interface ChatPageData {
  chat: {
    id: string;
    title: string;
    model: string | null;
    status: "idle" | "running" | "needs_you" | "failed";
    statusDetail: string | null;
  };
  /** The active path, root first. */
  messages: SkeinMessage[];
  session: {
    publicAccessToken: string | null;
    /** Cursors of the last *completed* turn; both absent during the first one. */
    lastEventId?: string;
    lastInEventId?: string;
    isStreaming: boolean;
  };
  /** Where `/realtime/*` is; empty means the page's own origin. */
  realtimeUrl: string;
}

export interface ChatSessionOptions {
  fetchToken(chatId: string): Promise<string>;
  /** Fresh page data; undefined when the chat is not this person's or no longer exists; rejects when out of reach. */
  reload(): Promise<ChatPageData | undefined>;
  requestStop(chatId: string): Promise<void>;
  /** The model chosen for the next turn, as `provider:model`. */
  model(): string | undefined;
}

export type ChatActivity = "idle" | "generating" | "recovering" | "reconnecting";

/** One clear sentence for the person, and the message it belongs to. */
export interface ChatProblem {
  message: string;
  messageId: string | null;
  /** `not-sent`: the same message can be sent again. `failed`: the turn broke off and can be run again. */
  kind: "not-sent" | "failed";
}
