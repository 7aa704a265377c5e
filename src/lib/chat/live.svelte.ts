import { browserTabs } from "./browser-tabs.ts";
import { eventSource } from "./event-source.ts";
import { SharedFeed } from "./shared-feed.ts";

/** What the server announces on `GET /api/live`. */
export type LiveEvent = { type: "chat" | "queue"; chatId: string } | { type: "resync" };

export interface LiveFeedOptions {
  onchat(chatId: string): void;
  /** What waits to be sent in a chat changed, and nothing else did. */
  onqueue?(chatId: string): void;
  /** Something may have been missed: fetch what is shown again. */
  onresync(): void;
}

const clock = {
  now: () => Date.now(),
  after(ms: number, run: () => void) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** What happens to a person's chats, heard over one connection for all tabs of this browser. */
export class LiveFeed {
  /** False while nothing can be heard; pages that do not stream anything can say so by it. */
  connected = $state(false);
  readonly #options: LiveFeedOptions;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
  }

  /** Listens until the returned function is called. Another person in the same browser shares nothing with this one. */
  start(userId: string): () => void {
    const feed = new SharedFeed<LiveEvent>({
      connect: eventSource(`/api/live?user=${encodeURIComponent(userId)}`),
      tabs: browserTabs(`skein-live-${userId}`),
      clock,
      onevent: (event) => this.#take(event),
      onresync: () => this.#options.onresync(),
      onconnected: (isConnected) => (this.connected = isConnected),
    });
    const isVisible = () => document.visibilityState === "visible";
    const start = () => feed.start(isVisible());
    const listening = new AbortController();
    const { signal } = listening;
    document.addEventListener("visibilitychange", () => (isVisible() ? feed.visible() : feed.hidden()), { signal });
    window.addEventListener("online", () => feed.online(), { signal });
    // A page that is kept for the way back must hold neither a lock nor a connection, and one that goes need not hold
    // them until the browser has taken it apart.
    window.addEventListener("pagehide", () => feed.stop(), { signal });
    window.addEventListener("pageshow", ({ persisted }) => persisted && start(), { signal });
    start();
    return () => {
      listening.abort();
      feed.stop();
    };
  }

  #take(event: LiveEvent) {
    if (event.type === "chat") this.#options.onchat(event.chatId);
    else if (event.type === "queue") this.#options.onqueue?.(event.chatId);
    else this.#options.onresync();
  }
}
