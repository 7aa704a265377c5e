import pg from "pg";

/** `queue`: something of a chat's message queue changed; `chat`: anything else of it. */
export type LiveEvent = { type: "chat" | "queue"; chatId: string } | { type: "resync" };

type Listener = (event: LiveEvent) => void;

export interface LiveFeed {
  /** Calls `listener` for everything that happens to this person's chats, until the returned function is called. */
  subscribe(ownerId: string, listener: Listener): () => void;
  /** The same for the chats of all people: for the server itself, never for a page. */
  subscribeAll(listener: Listener): () => void;
  close(): Promise<void>;
}

/** What a trigger says; of `chat` nothing. */
type Notification = { chatId: string; ownerId: string; topic?: "queue" };

const RETRY_MS = 500;

interface Options {
  /** Somebody asked to stop a chat's turn while a web server has its head start. */
  onstop?: (chatId: string) => void;
}

/**
 * One connection that listens for all people: triggers notify in the writer's own transaction, so whoever
 * hears of a change can read it. What happened while the connection was down is not repeated; listeners are told to
 * read again.
 */
export function createLiveFeed(databaseUrl: string, { onstop }: Options = {}): LiveFeed {
  const listeners = new Map<string, Set<Listener>>();
  const ofAll = new Set<Listener>();
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const tell = (to: Iterable<Listener>, event: LiveEvent) => {
    for (const listener of [...to]) {
      try {
        listener(event);
      } catch {
        // One page that is gone must not keep the news from the others.
      }
    }
  };

  async function connect(isFirst: boolean) {
    const next = new pg.Client({ connectionString: databaseUrl, keepAlive: true });
    client = next;
    const lost = () => {
      if (client !== next) return;
      client = undefined;
      next.end().catch(() => {});
      if (!closed) timer = setTimeout(() => void connect(false), RETRY_MS);
    };
    next.on("error", lost);
    next.on("end", lost);
    next.on("notification", ({ channel, payload }) => {
      if (channel === "stop") return onstop?.(payload ?? "");
      const { chatId, ownerId, topic = "chat" } = JSON.parse(payload ?? "{}") as Notification;
      tell([...(listeners.get(ownerId) ?? []), ...ofAll], { type: topic, chatId });
    });
    try {
      await next.connect();
      await next.query("listen stop");
      await next.query("listen chat");
      if (!isFirst)
        tell(
          [...listeners.values(), ofAll].flatMap((some) => [...some]),
          { type: "resync" },
        );
    } catch {
      lost();
    }
  }
  const connected = connect(true);

  return {
    subscribe(ownerId, listener) {
      const own = listeners.get(ownerId) ?? new Set();
      listeners.set(ownerId, own.add(listener));
      return () => {
        own.delete(listener);
        if (own.size === 0 && listeners.get(ownerId) === own) listeners.delete(ownerId);
      };
    },
    subscribeAll(listener) {
      ofAll.add(listener);
      return () => ofAll.delete(listener);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      listeners.clear();
      ofAll.clear();
      await connected;
      await client?.end();
    },
  };
}
