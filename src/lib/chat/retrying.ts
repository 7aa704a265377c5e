import type { ChatAction } from "../tools/actions.ts";
import type { SkeinMessage } from "../tools/message.ts";
import type { Actions } from "./actions.ts";
import { randomId } from "./compose.ts";
import { questionOf } from "./merge-messages.ts";
import type { Sending } from "./sending.ts";
import type { TurnsParts } from "./turn-request.ts";
import type { Turns } from "./turns.ts";
import type { WaitingMessages } from "./waiting-messages.ts";

export interface RetryingParts extends Pick<TurnsParts, "outbox" | "state"> {
  turns: Turns;
  waiting: WaitingMessages;
  sending: Sending;
  actions: Actions;
}

/** What one can do with messages that did not get out, and with turns that failed. */
export class Retrying {
  readonly #parts: RetryingParts;

  constructor(parts: RetryingParts) {
    this.#parts = parts;
  }

  /** Sends the same again if it was not sent; runs the turn again if it failed. */
  async retry(): Promise<boolean> {
    const { outbox, state, turns, waiting, sending, actions } = this.#parts;
    const { problem } = state;
    if (!problem) return true;
    const { refusedAction } = turns.problems;
    if (refusedAction) return actions.run(refusedAction);
    if (waiting.has(problem.messageId)) {
      await this.resend(problem.messageId ?? "");
      return true;
    }
    const { messages } = turns.shown;
    const question = questionOf(messages);
    const unstored = outbox.get(problem.messageId) ?? (problem.kind === "failed" && outbox.get(question));
    const edits = unstored ? unstored.metadata?.edits : undefined;
    if (unstored && edits !== undefined) {
      // As a message it would follow the branch that it was to stand beside.
      const { id, parts } = unstored;
      return actions.run({ type: "edit", messageId: edits, message: { id, parts } } as ChatAction);
    }
    if (unstored) {
      const others = this.#show(messages.filter((message) => message.id !== unstored.id));
      const metadata = { ...unstored.metadata, after: others.at(-1)?.id ?? null };
      await sending.message({ ...unstored, metadata });
    } else if (question && !turns.isReading) {
      await sending.again(question);
    }
    return true;
  }

  /** Sends again a message that was not sent, and what was written after it and waits for it. */
  resend(messageId: string): Promise<void> {
    this.#forgive(messageId);
    return this.#parts.waiting.retry(messageId);
  }

  /** Takes back a message that is not on its way yet. */
  discard(messageId: string): void {
    const { turns, waiting } = this.#parts;
    if (!waiting.discard(messageId)) return;
    this.#forgive(messageId);
    this.#show(turns.shown.messages.filter(({ id }) => id !== messageId));
  }

  /** Other words for a message that did not get out; undefined when it did. */
  reword(messageId: string, parts: SkeinMessage["parts"]): Promise<boolean> | undefined {
    const { outbox, turns, waiting, sending } = this.#parts;
    const unsent = outbox.get(messageId);
    if (!unsent) return undefined;
    // The old words may have arrived after all, so other ones are another message.
    const message = { ...unsent, id: randomId(), parts };
    if (outbox.is("waiting", messageId)) {
      waiting.reword(messageId, message);
      this.#show(turns.shown.messages.map((shown) => (shown.id === messageId ? message : shown)));
      return Promise.resolve(true);
    }
    if (!outbox.is("not-sent", messageId)) return undefined;
    outbox.drop(messageId);
    this.#show(turns.shown.messages.filter(({ id }) => id !== messageId));
    return sending.message(message).then(() => true);
  }

  #forgive(messageId: string) {
    const { state, turns } = this.#parts;
    if (state.problem?.messageId === messageId) turns.problems.clear();
  }

  #show(messages: SkeinMessage[]): SkeinMessage[] {
    this.#parts.turns.shown.show(messages, this.#parts.state.view !== null);
    return messages;
  }
}
