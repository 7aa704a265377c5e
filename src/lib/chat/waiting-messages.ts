import type { SkeinMessage } from "../tools/message.ts";
import type { KeptMessages, Unsent } from "./kept-messages.ts";
import { isOnline } from "./network.ts";
import type { Outbox, OutboxItem } from "./outbox.ts";

export interface WaitingParts {
  outbox: Outbox;
  kept: KeptMessages;
  /** Sends one that is shown already; true once the engine has it. The outbox says how it stands otherwise. */
  send(unsent: Unsent): Promise<boolean>;
}

/**
 * The messages that wait for a connection. They outlive the page, and go out in the order they were written, each once
 * the one before it was accepted: an answer to a later one would lack what the earlier one says.
 */
export class WaitingMessages {
  readonly #parts: WaitingParts;
  /** Those that have waited, until they are accepted or discarded. */
  readonly #held = new Set<string>();
  #isSending = false;

  constructor(parts: WaitingParts) {
    this.#parts = parts;
    parts.outbox.onchange((id, item) => this.#follow(id, item));
  }

  /** A new message has to wait as well: for the connection, or for those before it. */
  get isAhead(): boolean {
    return !isOnline() || this.#isSending || this.#parts.outbox.all("waiting").length > 0;
  }

  /** Whether this one has waited and is not accepted yet. */
  has(id: string | null): boolean {
    return id !== null && this.#held.has(id);
  }

  /** In the browser, once: brings back what waited when the page was left. */
  restore() {
    const { outbox, kept } = this.#parts;
    for (const { message, model } of kept.all()) {
      outbox.put(message, Date.now(), model);
      outbox.mark(message.id, "waiting", Date.now());
    }
  }

  /** Sends what waits, until nothing does or one cannot be sent. */
  async flush(): Promise<void> {
    if (this.#isSending) return;
    const { outbox, send } = this.#parts;
    this.#isSending = true;
    try {
      for (let [item] = outbox.all("waiting"); item; [item] = outbox.all("waiting")) {
        const { id } = item.message;
        outbox.mark(id, "sending", Date.now());
        if (await send(item)) continue;
        // Refused, and not for lack of a connection: what was written after it is not to go before it.
        if (outbox.is("not-sent", id))
          for (const { message } of outbox.all("waiting")) outbox.mark(message.id, "not-sent", Date.now());
        return;
      }
    } finally {
      this.#isSending = false;
    }
  }

  /** Sends a message again, and after it those that were held up by it. */
  async retry(id: string): Promise<void> {
    const { outbox } = this.#parts;
    const unsent = outbox.all("not-sent").map(({ message }) => message.id);
    const from = unsent.indexOf(id);
    if (from === -1) return;
    for (const other of unsent.slice(from))
      if (other === id || (this.has(id) && this.has(other))) outbox.mark(other, "waiting", Date.now());
    await this.flush();
  }

  /** It is not to be sent any more. False when it is on its way already. */
  discard(id: string): boolean {
    const { outbox } = this.#parts;
    const isHere = outbox.is("waiting", id) || outbox.is("not-sent", id);
    if (isHere) outbox.drop(id);
    return isHere;
  }

  /**
   * Other words, in the same place of the order. They need another id: the engine may have the old ones, and would take
   * these for them.
   */
  reword(id: string, message: SkeinMessage) {
    const { outbox, kept } = this.#parts;
    kept.keep({ message, model: outbox.all("waiting").find((item) => item.message.id === id)?.model }, id);
    outbox.replace(id, message);
  }

  #follow(id: string, item: OutboxItem | undefined) {
    const { kept } = this.#parts;
    if (item?.delivery === "waiting") {
      this.#held.add(id);
      kept.keep(item);
    } else if (item === undefined || item.delivery === "accepted" || item.delivery === "answering") {
      if (this.#held.delete(id)) kept.forget(id);
    }
  }
}
