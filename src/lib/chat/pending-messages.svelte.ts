import type { SkeinMessage } from "../tools/message.ts";
import type { Enqueue, MessageQueue, QueuedMessage } from "../tools/queue.ts";
import { randomId } from "./compose.ts";
import { foresee, type QueueOperation } from "./foresee-queue.ts";
import { type QueueApi, QueueRefusal, QueueRequests } from "./queue-requests.ts";
import { sameContent } from "./same-content.ts";

/**
 * `sending`: on its way to the server. `waiting`: for its turn. `steering`: for the next step of the turn that runs, or
 * to be the next turn. `next`: its turn is about to begin. `not-sent`: it can be sent again.
 */
export type PendingProgress = "sending" | "waiting" | "steering" | "next" | "not-sent";

export interface PendingMessage extends QueuedMessage {
  progress: PendingProgress;
}

export interface PendingMessagesOptions extends QueueApi {
  /** The model chosen for what is sent next. */
  model(): string | undefined;
  /** The conversation shows it already. */
  isShown(id: string): boolean;
}

const OUT_OF_REACH = "The queue cannot be changed right now. Check the connection, then try again.";
const TRY_AGAIN_MS = 1000;

/**
 * The messages that wait for a turn or go into one, the same on every device: what the server says of them, and what this
 * page has just done to them.
 */
export class PendingMessages {
  /** Why the last change came to nothing, in one sentence. */
  problem = $state<string | null>(null);
  readonly #options: PendingMessagesOptions;
  readonly #requests: QueueRequests;
  #queue = $state.raw<MessageQueue>({ isPaused: false, items: [] });
  #operations = $state.raw<QueueOperation[]>([]);
  #unsent = $state.raw<Extract<QueueOperation, { type: "add" }>[]>([]);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  readonly #foreseen = $derived(this.#operations.reduce(foresee, this.#queue));
  readonly items = $derived.by((): PendingMessage[] => this.#list());

  constructor(chatId: string, queue: MessageQueue, options: PendingMessagesOptions) {
    this.#options = options;
    this.#requests = new QueueRequests(chatId, options);
    this.#queue = queue;
  }

  /** What waits does not go out by itself. */
  get isPaused(): boolean {
    return this.#foreseen.isPaused;
  }

  /** Into the turn that runs, at its next step; true once the server has it. */
  steer(parts: SkeinMessage["parts"]): Promise<boolean> {
    return this.#add("steer", parts);
  }

  /** After the turns before it; true once the server has it. */
  queue(parts: SkeinMessage["parts"]): Promise<boolean> {
    return this.#add("queue", parts);
  }

  /** Ends the turn that runs, and is the next one; true once the server has it. */
  interrupt(parts: SkeinMessage["parts"]): Promise<boolean> {
    return this.#add("interrupt", parts);
  }

  /** Sends again what was not sent. */
  retry(id: string): Promise<boolean> {
    const unsent = this.#unsent.find(({ message }) => message.id === id);
    this.#forget(id);
    return unsent ? this.#send(unsent) : Promise.resolve(false);
  }

  edit(id: string, parts: SkeinMessage["parts"]): Promise<boolean> {
    const unsent = this.#unsent.find(({ message }) => message.id === id);
    if (!unsent) return this.#change({ type: "edit", id, parts });
    this.#forget(id);
    // It may have arrived after all, so other words are another message.
    return this.#send({ ...unsent, message: { id: randomId(), parts } as Enqueue["message"] });
  }

  remove(id: string): Promise<boolean> {
    const wasUnsent = this.#forget(id);
    return wasUnsent ? Promise.resolve(true) : this.#change({ type: "remove", id });
  }

  /** Into the turn that runs after all. */
  promote(id: string): Promise<boolean> {
    return this.#change({ type: "steer", id });
  }

  /** To another place among those that wait; 0 is the first. */
  move(id: string, place: number): Promise<boolean> {
    const waiting = this.#foreseen.items.filter(({ state }) => state === "waiting").map((item) => item.id);
    const order = waiting.filter((other) => other !== id);
    order.splice(Math.max(0, place), 0, id);
    return sameContent(order, waiting) ? Promise.resolve(true) : this.#change({ type: "order", order });
  }

  /** Lets what waits go out again. */
  resume(): Promise<boolean> {
    return this.#change({ type: "continue" });
  }

  /** What a page says of the queue, of whatever moment. */
  sync(queue: MessageQueue): void {
    if (!sameContent(queue, this.#queue)) this.refresh();
  }

  /** Looks at the queue now, because something of it changed. */
  refresh(): void {
    if (this.#isOver) return;
    clearTimeout(this.#timer);
    this.#requests.read()?.then(
      (queue) => (this.#queue = queue),
      () => (this.#timer = setTimeout(() => this.refresh(), TRY_AGAIN_MS)),
    );
  }

  dispose(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #list(): PendingMessage[] {
    const onTheWay = this.#operations.flatMap((one) => (one.type === "add" ? [one.message.id] : []));
    const items = this.#foreseen.items.map((item) => ({
      ...item,
      progress: onTheWay.includes(item.id) ? ("sending" as const) : progressOf(item),
    }));
    const unsent = this.#unsent.map(({ message, kind, model = null }) => ({
      ...{ ...message, model, kind: kind === "steer" ? ("steer" as const) : ("queue" as const) },
      ...{ state: "waiting" as const, progress: "not-sent" as const },
    }));
    return [...items, ...unsent].filter(({ id }) => !this.#options.isShown(id));
  }

  #add(kind: Enqueue["kind"], parts: SkeinMessage["parts"]): Promise<boolean> {
    const message = { id: randomId(), parts } as Enqueue["message"];
    return this.#send({ type: "add", message, kind, model: this.#options.model() });
  }

  async #send(add: Extract<QueueOperation, { type: "add" }>): Promise<boolean> {
    const isTaken = await this.#change(add);
    if (!isTaken) this.#unsent = [...this.#unsent, add];
    return isTaken;
  }

  async #change(operation: QueueOperation): Promise<boolean> {
    this.problem = null;
    this.#operations = [...this.#operations, operation];
    try {
      this.#queue = await this.#requests.change(operation);
      return true;
    } catch (error) {
      this.problem = error instanceof QueueRefusal ? error.message : OUT_OF_REACH;
      this.refresh();
      return false;
    } finally {
      this.#operations = this.#operations.filter((one) => one !== operation);
    }
  }

  /** Whether there was one. */
  #forget(id: string): boolean {
    const before = this.#unsent.length;
    this.#unsent = this.#unsent.filter(({ message }) => message.id !== id);
    return this.#unsent.length < before;
  }
}

function progressOf({ kind, state }: QueuedMessage): PendingProgress {
  if (state === "waiting") return "waiting";
  return kind === "steer" ? "steering" : "next";
}
