import type { SkeinMessage } from "../tools/message.ts";
import type { ChatPageData } from "./types.ts";

/**
 * `waiting`: for a connection; it goes out by itself. `sending`: on its way. `accepted`: the engine has it, so it will be
 * answered. `answering`: part of the running turn. `not-sent`: it can be sent again.
 */
export type Delivery = "waiting" | "sending" | "accepted" | "answering" | "not-sent";

export interface OutboxItem {
  message: SkeinMessage;
  /** The model it is for; undefined: the one chosen when it goes out. */
  model: string | undefined;
  delivery: Delivery;
  since: number;
}

/** An accepted message reaches the database when its turn begins. One that does not for so long is taken for lost. */
const LOST_AFTER_MS = 120_000;

/** The person's messages that are not in the database yet, in the order they were sent. */
export class Outbox {
  readonly #items = new Map<string, OutboxItem>();
  readonly #listeners: ((id: string, item: OutboxItem | undefined) => void)[] = [];

  /** Tells of every change: how it stands with that message now, undefined when it is here no more. */
  onchange(listener: (id: string, item: OutboxItem | undefined) => void) {
    this.#listeners.push(listener);
  }

  put(message: SkeinMessage, now: number, model?: string) {
    this.#items.delete(message.id);
    this.#items.set(message.id, { message, model, delivery: "sending", since: now });
    this.#changed(message.id);
  }

  /** Another message takes the place of one that waits. */
  replace(id: string, message: SkeinMessage) {
    const items = [...this.#items.values()];
    this.#items.clear();
    for (const item of items) {
      const next = item.message.id === id ? { ...item, message } : item;
      this.#items.set(next.message.id, next);
    }
    this.#changed(message.id);
    this.#changed(id);
  }

  mark(id: string | null, delivery: Delivery, now: number) {
    const item = id === null ? undefined : this.#items.get(id);
    if (id === null || !item) return;
    Object.assign(item, { delivery, since: now });
    this.#changed(id);
  }

  get(id: string | null): SkeinMessage | undefined {
    return id === null ? undefined : this.#items.get(id)?.message;
  }

  drop(id: string | null) {
    if (id !== null && this.#items.delete(id)) this.#changed(id);
  }

  /** Forgets what the database has, on the path shown or beside it. */
  settle({ messages, branches, session }: Pick<ChatPageData, "messages" | "branches" | "session">) {
    if (this.#items.size === 0) return;
    for (const message of messages) this.drop(message.id);
    for (const branch of Object.values(branches).flat()) this.drop(branch.id);
    this.drop(session.answering?.messageId ?? null);
  }

  messages(): SkeinMessage[] {
    return [...this.#items.values()].map((item) => item.message);
  }

  is(delivery: Delivery, id: string | null): boolean {
    return id !== null && this.#items.get(id)?.delivery === delivery;
  }

  /** All that stand so, in order. */
  all(delivery: Delivery): OutboxItem[] {
    return [...this.#items.values()].filter((item) => item.delivery === delivery);
  }

  /** The accepted message whose turn comes first. */
  next(): SkeinMessage | undefined {
    return this.all("accepted")[0]?.message;
  }

  /** Gives up on an accepted message that nothing has been heard of; its id. Sending it again is safe. */
  lost(now: number): string | undefined {
    return this.all("accepted").find(({ since }) => now - since > LOST_AFTER_MS)?.message.id;
  }

  #changed(id: string) {
    const item = this.#items.get(id);
    for (const listener of this.#listeners) listener(id, item);
  }
}
