import { createContext } from "svelte";
import { coalesce } from "./coalesce.ts";
import { overlay, type LiveRow, type LiveSession } from "./overlay.ts";
import type { InboxPage } from "./row.ts";

/** The browser's side of `routes/api/inbox`. A request that fails throws. */
export interface InboxApi {
  readRows(): Promise<InboxPage>;
  /** Null: Trigger.dev did not say in time. */
  readSessions(): Promise<LiveSession[] | null>;
}

/**
 * A person's chats as this page knows them. It reads them again by requests of its own: what SvelteKit loads again and
 * cannot, because the connection just went, it replaces by an error page, and with it the conversation.
 */
export class Inbox {
  #page = $state.raw<InboxPage>({ rows: [], now: 0 });
  #sessions = $state.raw<LiveSession[] | null>([]);
  readonly #rows = $derived(overlay(this.#page.rows, this.#sessions ?? []));
  readonly #readRows: () => Promise<void>;
  readonly #readSessions: () => Promise<void>;

  constructor(page: InboxPage, api: InboxApi) {
    this.#page = page;
    this.#readRows = coalesce(async () => {
      this.#page = await api.readRows();
    });
    this.#readSessions = coalesce(async () => {
      this.#sessions = await api.readSessions();
    });
  }

  get rows(): LiveRow[] {
    return this.#rows;
  }

  /** When the rows were read, by the server's clock. */
  get now(): number {
    return this.#page.now;
  }

  /** False while what runs is not known; the rows are right all the same, as far as the database knows. */
  get isLive(): boolean {
    return this.#sessions !== null;
  }

  titleOf(chatId: string): string | undefined {
    return this.#page.rows.find((row) => row.id === chatId)?.title;
  }

  /** Takes the rows that came with a page, unless newer ones are here. */
  sync(page: InboxPage): void {
    if (page.now > this.#page.now) this.#page = page;
  }

  /** Reads both again, because something changed. What fails is left as it is: the feed says when to look again. */
  refresh(): void {
    this.#readRows().catch(() => {});
    this.#readSessions().catch(() => {});
  }
}

export const [getInbox, setInbox] = createContext<Inbox>();
