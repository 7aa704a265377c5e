import type { Outage } from "./outage.ts";
import type { ChatPageData } from "./types.ts";

export interface FreshnessEvents {
  reload(): Promise<ChatPageData | undefined>;
  onfresh(data: ChatPageData): void;
  /** The chat is not this person's or no longer exists. */
  ongone(): void;
  /** How long from now a look can wait, because what runs is being heard of. 0 when it cannot. */
  patience(): number;
}

/** Looks at the database again: at once when told to, later when something is expected, slower when it fails. */
export class Freshness {
  readonly #outage: Outage;
  readonly #events: FreshnessEvents;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = Infinity;
  #attempts = 0;
  #isReloading = false;
  #isAskedAgain = false;
  #isOutdated = false;
  #isStopped = false;

  constructor(outage: Outage, events: FreshnessEvents) {
    this.#outage = outage;
    this.#events = events;
  }

  /** One request at a time; a call meanwhile asks for one more, since the answer on its way may be too old. */
  async now(): Promise<void> {
    if (this.#isStopped) return;
    if (this.#isReloading) {
      this.#isAskedAgain = true;
      return;
    }
    this.#isReloading = true;
    this.#isAskedAgain = false;
    this.#isOutdated = false;
    try {
      const data = await this.#events.reload();
      this.#outage.up("web");
      if (!this.#isStopped && !this.#isOutdated) this.#take(data);
      this.#outage.reached();
    } catch {
      if (this.#isStopped) return;
      this.#outage.down("web");
      this.withBackOff();
    } finally {
      this.#isReloading = false;
      if (this.#isAskedAgain) void this.now();
    }
  }

  /** Something changed by our own doing: what is on its way may be from before it, and is not looked at. */
  outdate() {
    this.#isOutdated = true;
    this.#isAskedAgain = this.#isReloading;
  }

  /** The earliest wish wins. */
  within(ms: number) {
    const due = Date.now() + ms;
    if (due >= this.#due || this.#isStopped) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#due = Infinity;
      const patience = this.#events.patience();
      if (patience > 0) this.within(patience);
      else void this.now();
    }, ms);
  }

  /** 50 ms, then twice as long each time, up to 5 s. */
  withBackOff() {
    this.within(Math.min(50 * 2 ** this.#attempts++, 5000));
  }

  /** Something went well: the next failure is a first one. */
  progress() {
    this.#attempts = 0;
  }

  /** Nothing more is expected. */
  rest() {
    this.progress();
    clearTimeout(this.#timer);
    this.#due = Infinity;
  }

  start() {
    this.#isStopped = false;
  }

  stop() {
    this.rest();
    this.#isStopped = true;
  }

  #take(data: ChatPageData | undefined) {
    if (data) this.#events.onfresh(data);
    else this.#events.ongone();
  }
}
