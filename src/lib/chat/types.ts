import type { SkeinMessage } from "../tools/message.ts";
import type { MessageQueue } from "../tools/queue.ts";

/** One way to go on from a message. */
export interface Branch {
  /** The first message of the branch. Null: an answer that is being written and has no row yet. */
  id: string | null;
  /** What a branch that is not shown has to tell. */
  mark: "running" | "unread" | null;
}

/** Everything the page of one chat needs, read by the server in one transaction. */
export interface ChatPageData {
  chat: {
    id: string;
    title: string;
    model: string | null;
    status: "idle" | "running" | "needs_you" | "failed";
    statusDetail: string | null;
    /** Where it was forked from, as long as that chat is there. `messageId` is in both. */
    forkedFrom: { chatId: string; messageId: string; title: string } | null;
    /** Of what a sub-agent does: the chat that asked for it. */
    parent: { chatId: string; title: string } | null;
    /** The first answer of the path that came after the person had looked last; null: none, or they never did. */
    newSince: string | null;
  };
  /** The active path, root first. */
  messages: SkeinMessage[];
  /**
   * The children of each message of the path that has several, oldest first; "" stands above the roots. The last
   * message (or "", on an empty path) has an entry also for a single child: what an undo left. An answer without a row is
   * never a single child.
   */
  branches: Record<string, Branch[]>;
  queue: MessageQueue;
  session: {
    publicAccessToken: string | null;
    /** Cursors of the last *completed* turn; both absent during the first one. */
    lastEventId?: string;
    lastInEventId?: string;
    /** A turn runs, on whatever branch. */
    isStreaming: boolean;
    /**
     * What that turn works on: a question, or the answer that is continued. `isShown`: the path ends with it, or with
     * its unfinished answer. Null: nothing runs, or it is not known yet on what.
     */
    answering: { messageId: string; isShown: boolean } | null;
  };
  /** Where `/realtime/*` is; empty means the page's own origin. */
  realtimeUrl: string;
  /** The server's name for the whole of this; without it nobody knows whether it is still the same. */
  version?: string;
  base?: ChatBase;
}

/** The beginning of a path, up to the message `id`, as it was stored when the server called it `mark`. */
export interface ChatBase {
  id: string;
  mark: string;
}

/** Of the messages only those after `after`: what is before them is as the page has it. */
export type ChatPageNews = ChatPageData & { after?: string };

export interface ChatSessionOptions {
  fetchToken(chatId: string): Promise<string>;
  /**
   * Fresh page data, or that it is still what is known; undefined when the chat is not this person's or no longer
   * exists; rejects when out of reach.
   */
  reload(known: ChatPageData): Promise<ChatPageData | "unchanged" | undefined>;
  /** Stops the turn that works on this message, or that has this attempt, unless it is over. */
  requestStop(chatId: string, turn: string): Promise<void>;
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
