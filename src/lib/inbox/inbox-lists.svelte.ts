import { firstPage, type RowList, withNext, withRows } from "./row-list.ts";
import type { InboxCounts, InboxPage, InboxRow, InboxRows, Listing, RowKey } from "./row.ts";

/** The browser's side of `routes/api/inbox`. A request that fails throws. */
export interface InboxReader {
  /** The stretch of a list after a key, or its beginning. */
  readPage(listing: Listing, stretch: { before: RowKey | null; limit: number }): Promise<InboxPage>;
  /** These chats as they are now; those that are gone are not among them. */
  readRows(chatIds: string[]): Promise<InboxRows>;
}

/** Rows of one request: the server takes so many at most. */
const PAGE = 50;
const LARGE_PAGE = 500;
const MAX_CHANGED = 100;

const nameOf = ({ view, filter }: Listing) => `${view} ${filter ?? ""}`;
type Loaded = { listing: Listing; list: RowList };

/**
 * What is loaded of a person's lists of chats. Requests go out one by one, so that none brings what was true before
 * another.
 */
export class InboxLists {
  #lists = $state.raw<Record<string, Loaded>>({});
  #counts = $state.raw<InboxCounts>({ "Needs you": 0, Running: 0, Unread: 0 });
  #now = $state(0);
  #isLoading = $state(false);
  #hasFailed = $state(false);
  readonly #reader: InboxReader;
  /** A chat was read again: as it was known, and as it is. */
  readonly #onchanged: (before: InboxRow | undefined, after: InboxRow) => void;
  #changed: string[] = [];
  #reads: Promise<unknown> = Promise.resolve();

  constructor(reader: InboxReader, onchanged: (before: InboxRow | undefined, after: InboxRow) => void) {
    this.#reader = reader;
    this.#onchanged = onchanged;
  }

  get counts(): InboxCounts {
    return this.#counts;
  }

  /** When something was read last, by the server's clock. */
  get now(): number {
    return this.#now;
  }

  /** Whether somebody waits for rows, or has waited in vain. */
  get loading(): "loading" | "failed" | null {
    return this.#isLoading ? "loading" : this.#hasFailed ? "failed" : null;
  }

  /** Undefined: not read yet. */
  of(listing: Listing): RowList | undefined {
    return this.#lists[nameOf(listing)]?.list;
  }

  find(chatId: string): InboxRow | undefined {
    return Object.values(this.#lists)
      .flatMap(({ list }) => list.rows)
      .find(({ id }) => id === chatId);
  }

  take(listing: Listing, page: InboxPage): void {
    this.#put(listing, firstPage(page));
    this.#said(page);
  }

  change(how: (list: RowList, listing: Listing) => RowList): void {
    const lists = Object.entries(this.#lists);
    this.#lists = Object.fromEntries(
      lists.map(([name, { listing, list }]) => [name, { listing, list: how(list, listing) }]),
    );
  }

  /** Reads as much as was loaded again, from the top. The other lists are read when they are shown. */
  readAgain(listing: Listing): Promise<void> {
    return this.#read(this.of(listing) === undefined, async () => {
      const count = this.of(listing)?.rows.length ?? 0;
      const limit = Math.min(Math.max(count, PAGE), LARGE_PAGE);
      let page = await this.#reader.readPage(listing, { before: null, limit });
      let list = firstPage(page);
      while (list.end !== null && list.rows.length < count) {
        page = await this.#reader.readPage(listing, { before: list.end, limit });
        list = withNext(list, page);
      }
      this.#lists = { [nameOf(listing)]: { listing, list } };
      this.#said(page);
    });
  }

  readMore(listing: Listing): Promise<void> {
    return this.#read(true, async () => {
      const list = this.of(listing);
      if (!list?.end) return;
      const page = await this.#reader.readPage(listing, { before: list.end, limit: 2 * PAGE });
      this.#put(listing, withNext(list, page));
      this.#said(page);
    });
  }

  /** Reads one chat again, and others that changed meanwhile with it. */
  readChanged(chatId: string): Promise<void> {
    if (!this.#changed.includes(chatId)) this.#changed.push(chatId);
    return this.#read(false, async () => {
      // What changes again while it is being read is read again.
      const ids = this.#changed.splice(0, MAX_CHANGED);
      if (ids.length === 0) return;
      try {
        const read = await this.#reader.readRows(ids);
        const known = read.rows.map(({ id }) => this.find(id));
        this.change((list, listing) => withRows(list, listing, ids, read.rows));
        this.#said(read);
        for (const [at, row] of read.rows.entries()) this.#onchanged(known[at], row);
      } catch (error) {
        this.#changed.unshift(...ids);
        throw error;
      }
    });
  }

  #put(listing: Listing, list: RowList) {
    this.#lists = { ...this.#lists, [nameOf(listing)]: { listing, list } };
  }

  #said({ now, counts }: InboxRows) {
    this.#now = now;
    this.#counts = counts;
  }

  #read(isAwaited: boolean, task: () => Promise<void>): Promise<void> {
    if (isAwaited) this.#isLoading = true;
    const read = this.#reads.then(async () => {
      try {
        await task();
        this.#hasFailed = false;
      } catch {
        this.#hasFailed ||= isAwaited;
      }
      if (isAwaited) this.#isLoading = false;
    });
    this.#reads = read;
    return read;
  }
}
