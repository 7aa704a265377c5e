import type { SkeinMessage } from "../tools/message.ts";
import type { ChatPageData } from "./types.ts";

/**
 * `sending`: on its way. `accepted`: the engine has it, so it will be answered. `answering`: part of the running turn.
 * `not-sent`: it can be sent again.
 */
export type Delivery = "sending" | "accepted" | "answering" | "not-sent";

interface Item {
  message: SkeinMessage;
  delivery: Delivery;
  since: number;
}

/** An accepted message reaches the database when its turn begins. One that does not for so long is taken for lost. */
const LOST_AFTER_MS = 120_000;

/** The person's messages that are not in the database yet, in the order they were sent. */
export class Outbox {
  readonly #items = new Map<string, Item>();

  put(message: SkeinMessage, now: number) {
    this.#items.delete(message.id);
    this.#items.set(message.id, { message, delivery: "sending", since: now });
  }

  mark(id: string | null, delivery: Delivery, now: number) {
    const item = id === null ? undefined : this.#items.get(id);
    if (item) Object.assign(item, { delivery, since: now });
  }

  get(id: string | null): SkeinMessage | undefined {
    return id === null ? undefined : this.#items.get(id)?.message;
  }

  drop(id: string | null) {
    if (id !== null) this.#items.delete(id);
  }

  /** Forgets what the database has, on the path shown or beside it. */
  settle({ messages, branches, session }: Pick<ChatPageData, "messages" | "branches" | "session">) {
    if (this.#items.size === 0) return;
    for (const message of messages) this.#items.delete(message.id);
    for (const branch of Object.values(branches).flat()) this.drop(branch.id);
    this.drop(session.answering?.messageId ?? null);
  }

  messages(): SkeinMessage[] {
    return [...this.#items.values()].map((item) => item.message);
  }

  is(delivery: Delivery, id: string | null): boolean {
    return id !== null && this.#items.get(id)?.delivery === delivery;
  }

  /** The accepted message whose turn comes first. */
  next(): SkeinMessage | undefined {
    return [...this.#items.values()].find((item) => item.delivery === "accepted")?.message;
  }

  /** Gives up on an accepted message that nothing has been heard of; its id. Sending it again is safe. */
  lost(now: number): string | undefined {
    for (const { message, delivery, since } of this.#items.values()) {
      if (delivery === "accepted" && now - since > LOST_AFTER_MS) return message.id;
    }
    return undefined;
  }
}
