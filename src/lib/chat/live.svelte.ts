/** What the server announces on `GET /api/live`. */
export type LiveEvent = { type: "chat"; chatId: string } | { type: "resync" };

export interface LiveFeedOptions {
  onchat(chatId: string): void;
  /** Something may have been missed: fetch what is shown again. */
  onresync(): void;
  url?: string;
}

/** A tab hidden for longer may have lost its connection without being told. */
const DOUBT_AFTER_MS = 30_000;

/** The live feed of this tab: tells what changed, and tells when it could have missed something. */
export class LiveFeed {
  /** False while the feed is down; pages that do not stream anything can say so by it. */
  connected = $state(false);
  readonly #options: LiveFeedOptions;
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #wasOpen = false;
  #hiddenSince: number | undefined;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
  }

  /** Listens until the returned function is called. */
  start(): () => void {
    this.#open();
    document.addEventListener("visibilitychange", this.#onvisibility);
    window.addEventListener("online", this.#reopen);
    return () => {
      document.removeEventListener("visibilitychange", this.#onvisibility);
      window.removeEventListener("online", this.#reopen);
      this.#close();
    };
  }

  #open() {
    const source = new EventSource(this.#options.url ?? "/api/live");
    this.#source = source;
    source.onopen = () => {
      this.connected = true;
      this.#attempts = 0;
      if (this.#wasOpen) this.#options.onresync();
      this.#wasOpen = true;
    };
    source.onmessage = ({ data }: MessageEvent<string>) => this.#take(JSON.parse(data) as LiveEvent);
    source.onerror = () => {
      this.connected = false;
      // A refused request ends an EventSource for good; a lost connection it restores by itself.
      if (source.readyState === EventSource.CLOSED) this.#retry();
    };
  }

  #take(event: LiveEvent) {
    if (event.type === "chat") this.#options.onchat(event.chatId);
    else this.#options.onresync();
  }

  #retry() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#reopen(), Math.min(500 * 2 ** this.#attempts++, 15_000));
  }

  #close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.connected = false;
  }

  readonly #reopen = () => {
    this.#close();
    this.#open();
  };

  readonly #onvisibility = () => {
    if (document.visibilityState === "hidden") {
      this.#hiddenSince = Date.now();
      return;
    }
    const wasHidden = Date.now() - (this.#hiddenSince ?? Date.now());
    if (wasHidden > DOUBT_AFTER_MS || this.#source?.readyState === EventSource.CLOSED) this.#reopen();
    else this.#options.onresync();
  };
}
