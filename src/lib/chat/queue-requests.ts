import type { MessageQueue } from "../tools/queue.ts";
import type { QueueOperation } from "./foresee-queue.ts";

/** The server's side of a chat's queue. Each answers with the whole of it, or throws. */
export interface QueueApi {
  readQueue(chatId: string): Promise<MessageQueue>;
  changeQueue(chatId: string, operation: QueueOperation): Promise<MessageQueue>;
}

/** The server says in one sentence why it does not. */
export class QueueRefusal extends Error {}

/**
 * Makes the requests one after the other, so that a later answer never says something older, and two operations never
 * arrive in the other order.
 */
export class QueueRequests {
  readonly #chatId: string;
  readonly #api: QueueApi;
  #last: Promise<unknown> = Promise.resolve();
  #isReading = false;
  #pending = 0;

  constructor(chatId: string, api: QueueApi) {
    this.#chatId = chatId;
    this.#api = api;
  }

  /** Whether what the server says now can be from before something that was asked of it. */
  get isBusy(): boolean {
    return this.#pending > 0;
  }

  change(operation: QueueOperation): Promise<MessageQueue> {
    return this.#next(() => this.#api.changeQueue(this.#chatId, operation));
  }

  /** Undefined: a read that has not begun yet will tell. */
  read(): Promise<MessageQueue> | undefined {
    if (this.#isReading) return undefined;
    this.#isReading = true;
    return this.#next(() => {
      this.#isReading = false;
      return this.#api.readQueue(this.#chatId);
    });
  }

  #next(request: () => Promise<MessageQueue>): Promise<MessageQueue> {
    this.#pending++;
    const made = this.#last.then(request).finally(() => this.#pending--);
    this.#last = made.catch(() => {});
    return made;
  }
}
