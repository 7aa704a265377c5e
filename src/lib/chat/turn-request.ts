import type { TriggerChatTransport } from "@trigger.dev/sdk/chat";
import type { ChatAction } from "../tools/actions.ts";
import type { GuardedTransport } from "./guarded-transport.ts";
import type { Outage } from "./outage.ts";
import type { Outbox } from "./outbox.ts";
import type { RawChat } from "./raw-chat.svelte.ts";
import type { ShownState } from "./shown.ts";
import type { TurnInFlight } from "./sync-decision.ts";
import type { ChatProblem } from "./types.ts";

/** What the page shows beside the messages; the rune class makes it reactive. */
export interface SessionState extends ShownState {
  /** A turn of the branch shown runs, or waits to. */
  running: boolean;
  recovering: boolean;
  /** What a turn on another branch works on. */
  elsewhere: string | null;
  problem: ChatProblem | null;
  /** Which turn is the last whose end is stored, by where it ended on `.out`. */
  stored: string | undefined;
}

export interface TurnsParts {
  id: string;
  chat: Pick<
    RawChat,
    "messages" | "sendMessage" | "regenerate" | "resumeStream" | "stop" | "clearError" | "lastMessage"
  >;
  inner: TriggerChatTransport;
  transport: GuardedTransport;
  outbox: Outbox;
  outage: Outage;
  state: SessionState;
}

/** What is asked of `Chat`. */
export interface TurnRequest extends Pick<TurnInFlight, "kind" | "question"> {
  /** What the database will call the turn's work; the question unless it says otherwise. */
  target?: string | null;
  action?: ChatAction;
  start: () => Promise<void>;
}
