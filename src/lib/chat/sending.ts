import type { ChatAction } from "../tools/actions.ts";
import type { SkeinMessage } from "../tools/message.ts";
import type { Unsent } from "./kept-messages.ts";
import { isAway, isUnreachable } from "./network.ts";
import type { TurnsParts } from "./turn-request.ts";
import type { Turns } from "./turns.ts";
import type { WaitingMessages } from "./waiting-messages.ts";

/** How soon to see whether there is a connection again. */
const TRY_AGAIN_MS = 1000;

export interface SendingParts extends Pick<TurnsParts, "id" | "chat" | "inner" | "outbox" | "state"> {
  turns: Turns;
  waiting: WaitingMessages;
  /** The model chosen for the next turn. */
  model(): string | undefined;
  /** Until the last of the stops, actions and moves that were made so far is where it belongs; null when it is. */
  before(): Promise<void> | null;
}

/** How messages and actions reach the engine, and how one knows that they did. */
export class Sending {
  /** The model for what is sent next, if it is not the one chosen. */
  model: string | undefined;
  /** Whether the engine has what was sent last; false when it could not be sent. */
  accepted: Promise<boolean> | null = null;
  readonly #parts: SendingParts;
  #accepted: (() => void) | undefined;
  #failure: unknown;

  constructor(parts: SendingParts) {
    this.#parts = parts;
  }

  /** The engine has it. */
  onaccepted() {
    const { outbox, turns } = this.#parts;
    outbox.mark(turns.question, "accepted", Date.now());
    this.#accepted?.();
  }

  onfailed(error: unknown) {
    this.#failure = error;
  }

  async message(message: SkeinMessage): Promise<void> {
    const { chat, outbox, state, turns, waiting } = this.#parts;
    this.model = undefined;
    const { isAhead } = waiting;
    outbox.put(message, Date.now(), this.#parts.model());
    if (isAhead) return this.#hold(message);
    if (turns.isReading || state.running || this.#parts.before()) return this.#along(message);
    const start = () => chat.sendMessage(message, { metadata: this.#clientData() });
    await this.untilAccepted(() => turns.request({ kind: "send", question: message.id, start }));
  }

  action(action: ChatAction): Promise<void> {
    const { chat } = this.#parts;
    const request = { body: { action }, metadata: this.#clientData() };
    // An answer that goes on stays in the list: sent as a message, the action would have `Chat` append to it.
    return action.type === "continue" ? chat.resumeStream(request) : chat.sendMessage(undefined, request);
  }

  /** Runs the turn of a question that failed again. */
  async again(question: string): Promise<void> {
    const { chat, turns } = this.#parts;
    const start = () => chat.regenerate({ messageId: question, metadata: this.#clientData() });
    await this.untilAccepted(() => turns.request({ kind: "regenerate", question, start }));
  }

  /** True once the engine has it, false when it could not be sent. */
  untilAccepted(request: () => Promise<void>): Promise<boolean> {
    const accepted = new Promise<boolean>((resolve) => (this.#accepted = () => resolve(true)));
    this.accepted = Promise.race([accepted, request().then(() => false)]);
    return this.accepted;
  }

  /** While a turn runs, the engine keeps the message for the next one, or the agent takes it into this one. */
  async #along(message: SkeinMessage): Promise<void> {
    const { turns } = this.#parts;
    turns.problems.clear();
    turns.shown.append(message);
    await this.shown({ message, model: this.model ?? this.#parts.model() });
  }

  /** Sends a message that is shown already; true once the engine has it. */
  async shown({ message, model = this.#parts.model() }: Unsent): Promise<boolean> {
    const { id, inner, outbox, state, turns, waiting } = this.#parts;
    // It may follow what an action brings, and an action first waits for the end of what it replaces. A stop that came
    // after it would be its own.
    for (let before = this.#parts.before(); before; before = this.#parts.before()) await before;
    this.#failure = undefined;
    if (await inner.sendPendingMessage(id, message, { model })) {
      outbox.mark(message.id, "accepted", Date.now());
      state.running = true;
      // The turn ended in the meantime: the database says which one comes next.
      if (!turns.isReading) void turns.freshness.now();
      return true;
    }
    // A connection that has just come back is often none yet: what has waited goes on waiting.
    const passes = isUnreachable(this.#failure) || isAway(this.#failure);
    if (waiting.has(message.id) && passes) outbox.mark(message.id, "waiting", Date.now());
    else turns.problems.notSent(message.id, this.#failure);
    if (waiting.has(message.id)) turns.freshness.within(TRY_AGAIN_MS);
    return false;
  }

  #hold(message: SkeinMessage) {
    const { outbox, turns } = this.#parts;
    outbox.mark(message.id, "waiting", Date.now());
    turns.shown.append(message);
    // A browser can call itself offline and reach us all the same; then the answer sends what waits.
    void turns.freshness.now();
  }

  #clientData() {
    return { model: this.model ?? this.#parts.model() };
  }
}
