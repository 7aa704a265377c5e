import { type After, type Connect, Connection } from "./connection.ts";

/** The other tabs of this browser, as far as they may share one connection. */
export interface Tabs {
  /**
   * Calls `onelected` once this tab is the one that connects. The returned function lets another be it; nothing is called
   * from then on.
   */
  elect(onelected: () => void): () => void;
  /** What is posted is heard by every other tab, and comes in the order it was posted. */
  join(onmessage: (message: unknown) => void): { post(message: unknown): void; leave(): void };
}

export interface Clock {
  /** Milliseconds of the wall, so that a night in a closed laptop counts. */
  now(): number;
  after: After;
}

export interface SharedFeedOptions<Event> {
  connect: Connect;
  /** Null where tabs cannot share: then each has its own connection. */
  tabs: Tabs | null;
  clock: Clock;
  onevent(event: Event): void;
  /** Something may have been missed. Not called for what was before the first connection. */
  onresync(): void;
  onconnected(isConnected: boolean): void;
}

type Message<Event> =
  | { type: "state"; isConnected: boolean }
  | { type: "event"; event: Event }
  /** Is anybody connected? Only the leader answers. */
  | { type: "ask" }
  /** The connection may be dead without anybody having been told. */
  | { type: "doubt" };

const ASK_EVERY_MS = 2000;
/** So often a tab in view asks in vain before it helps itself. */
const PATIENCE = 2;
/** Hidden for so long, a page may have lost its connection without being told. */
const DOUBT_AFTER_MS = 30_000;

/**
 * One connection for all tabs of a browser. The tab that is elected leads: it connects and passes on what it hears. The
 * others ask it every two seconds, while somebody looks at them; asking, because a page in the background answers
 * messages at once, and browsers hold back what it does by a clock. Who gets no answer (a leader can be frozen, or be
 * waiting to try again) connects on its own until the leader is back. A tab may so hear something twice, but never miss
 * it: whoever is connected after not having been is told to look at everything again.
 */
export class SharedFeed<Event> {
  readonly #options: SharedFeedOptions<Event>;
  readonly #own: Connection;
  #channel: ReturnType<Tabs["join"]> | undefined;
  #resign: (() => void) | undefined;
  #stopAsking: (() => void) | undefined;
  #unanswered = 0;
  #isLeader = false;
  #isConnected = false;
  #wasConnected = false;
  #openedAt = 0;
  #hiddenSince: number | undefined;

  constructor(options: SharedFeedOptions<Event>) {
    this.#options = options;
    this.#own = new Connection(options.connect, options.clock.after, {
      onopen: () => this.#opened(),
      ondata: (text) => this.#pass(JSON.parse(text) as Event),
      onlost: () => this.#setConnected(false),
    });
  }

  start(isVisible: boolean) {
    const { tabs, clock } = this.#options;
    this.#hiddenSince = isVisible ? undefined : clock.now();
    if (!tabs) return this.#own.open();
    this.#channel = tabs.join((message) => this.#hear(message as Message<Event>));
    this.#resign = tabs.elect(() => this.#lead());
    this.#ask();
  }

  stop() {
    this.#stopAsking?.();
    this.#own.close();
    this.#resign?.();
    this.#channel?.leave();
    this.#channel = this.#resign = undefined;
    this.#isLeader = false;
    this.#setConnected(false);
  }

  hidden() {
    this.#hiddenSince ??= this.#options.clock.now();
    this.#stopAsking?.();
    if (this.#leads || !this.#own.isOpen) return;
    // Or each tab that was looked at while the leader could not be heard would keep one.
    this.#own.close();
    this.#setConnected(false);
  }

  visible() {
    const wasHidden = this.#hiddenSince === undefined ? 0 : this.#options.clock.now() - this.#hiddenSince;
    this.#hiddenSince = undefined;
    if (wasHidden > DOUBT_AFTER_MS || !this.#isConnected) this.#doubt();
    this.#options.onresync();
    if (!this.#leads) this.#ask();
  }

  /** The network is back. Every tab is told so by its browser. */
  online() {
    this.#own.reopen();
  }

  /** Has to connect, whatever the others do. */
  get #leads(): boolean {
    return this.#isLeader || !this.#options.tabs;
  }

  #lead() {
    this.#isLeader = true;
    this.#stopAsking?.();
    // The one before may not have passed on the last that it heard: everybody was without a connection for a moment.
    this.#post({ type: "state", isConnected: false });
    if (this.#own.isOpen) this.#post({ type: "state", isConnected: true });
    else this.#setConnected(false);
    this.#own.open();
  }

  #opened() {
    this.#openedAt = this.#options.clock.now();
    this.#setConnected(true);
  }

  #pass(event: Event) {
    if (this.#isLeader) this.#post({ type: "event", event });
    this.#options.onevent(event);
  }

  #hear(message: Message<Event>) {
    if (message.type === "ask") {
      if (this.#isLeader) this.#post({ type: "state", isConnected: this.#own.isOpen });
    } else if (message.type === "doubt") {
      if (this.#isLeader) this.#renew();
    } else if (this.#isLeader) {
      return;
    } else if (message.type === "event") {
      this.#follow();
      this.#options.onevent(message.event);
    } else if (message.isConnected) this.#follow();
    else if (!this.#own.isOpen) this.#setConnected(false);
  }

  /** The leader is connected. */
  #follow() {
    this.#unanswered = 0;
    this.#setConnected(true);
    this.#own.close();
  }

  #ask() {
    this.#unanswered = 0;
    const ask = () => {
      this.#post({ type: "ask" });
      if (this.#unanswered++ >= PATIENCE) this.#helpMyself();
      this.#stopAsking = this.#options.clock.after(ASK_EVERY_MS, ask);
    };
    this.#stopAsking?.();
    if (this.#hiddenSince === undefined) ask();
  }

  #helpMyself() {
    if (!this.#own.isOpen) this.#setConnected(false);
    this.#own.open();
  }

  #doubt() {
    if (this.#leads) this.#renew();
    else this.#post({ type: "doubt" });
  }

  /** Not a connection that is younger than any doubt: each of many tabs has some when it comes into view. */
  #renew() {
    const age = this.#options.clock.now() - this.#openedAt;
    if (!this.#own.isOpen || age > DOUBT_AFTER_MS) this.#own.reopen();
  }

  #setConnected(isConnected: boolean) {
    if (isConnected === this.#isConnected) return;
    this.#isConnected = isConnected;
    if (this.#isLeader) this.#post({ type: "state", isConnected });
    this.#options.onconnected(isConnected);
    if (!isConnected) return;
    if (this.#wasConnected) this.#options.onresync();
    this.#wasConnected = true;
  }

  #post(message: Message<Event>) {
    this.#channel?.post(message);
  }
}
