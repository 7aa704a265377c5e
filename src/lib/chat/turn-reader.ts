import type { ChatTransportEvent } from "@trigger.dev/sdk/chat";
import type { Outcome } from "./guarded-transport.ts";
import type { TurnInFlight } from "./sync-decision.ts";
import type { TurnRequest, TurnsParts } from "./turn-request.ts";

export type OpenTurn = TurnInFlight &
  Pick<TurnRequest, "action"> & {
    /** Nothing more is read of it. */
    isLeft?: boolean;
    /** Because the database says that it is over, or that another turn goes first. */
    isPast?: boolean;
  };
export type Completion = Extract<ChatTransportEvent, { type: "turn-completed" }>;

/** The one request of `Chat` that is open, and what the stream has told of its turn. */
export class TurnReader {
  turn: OpenTurn | null = null;
  /** The person ended it. */
  isStopping = false;
  /** When the stream last said anything. */
  heardAt = 0;
  /** The end of the turn, once the stream has told it. */
  completion: Completion | undefined;
  /** How far the runs have read what they were sent. */
  lastInEventId: string | undefined;
  readonly #parts: Pick<TurnsParts, "chat" | "transport" | "state">;
  #end: Promise<void> = Promise.resolve();

  constructor(parts: Pick<TurnsParts, "chat" | "transport" | "state">) {
    this.#parts = parts;
  }

  /** Once nothing is read any more. */
  get quiet(): Promise<void> {
    return this.turn ? this.#end : Promise.resolve();
  }

  /** Sees a request to its end, over as many runs as the turn takes. It is quiet after `onend` only. */
  async read(turn: OpenTurn, start: () => Promise<void>, onend: (outcome: Outcome) => void): Promise<void> {
    const { chat, transport, state } = this.#parts;
    const { question, action } = turn;
    this.turn = turn;
    this.completion = undefined;
    this.isStopping = false;
    this.heardAt = Date.now();
    transport.begin(question, chat.messages, action && "attempt" in action ? action.attempt : null);
    let hasEnded = () => {};
    this.#end = new Promise((resolve) => (hasEnded = resolve));
    await start();
    for (let rest = transport.takeRest(chat.messages); rest && !this.isStopping;) {
      chat.messages = rest;
      await chat.resumeStream();
      rest = transport.takeRest(chat.messages);
    }
    chat.clearError();
    state.recovering = false;
    this.turn = null;
    onend(transport.outcome);
    hasEnded();
  }

  /** The branch whose turn is read is not shown any more: the stream is let go, the run goes on. */
  leave() {
    if (!this.turn) return;
    this.turn.isLeft = true;
    this.#parts.transport.detach();
  }

  completed(event: Completion) {
    this.completion = event;
    this.lastInEventId = event.sessionInEventId ?? this.lastInEventId;
  }
}
