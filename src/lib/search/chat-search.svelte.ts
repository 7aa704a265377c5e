import { Latest } from "./latest.ts";
import type { SearchResult } from "./result.ts";

/** The browser's side of `routes/api/search`. Throws a `SearchRefusal` with the server's own sentence, or anything else. */
export type SearchApi = (query: string, signal: AbortSignal) => Promise<SearchResult[]>;

export class SearchRefusal extends Error {}

interface Answered {
  query: string;
  results: SearchResult[];
}

/** What a person looks for among their chats, and what was found. */
export class ChatSearch {
  #query = $state("");
  #answered = $state.raw<Answered | null>(null);
  #problem = $state<string | null>(null);
  #isSlow = $state(false);
  readonly #latest: Latest<string, SearchResult[]>;

  constructor(api: SearchApi, isOnline: () => boolean = () => navigator.onLine) {
    this.#latest = new Latest({
      ask: api,
      onanswer: (query, results) => {
        this.#answered = { query, results };
        this.#problem = null;
      },
      onproblem: (_query, cause) => {
        this.#problem =
          cause instanceof SearchRefusal
            ? cause.message
            : isOnline()
              ? "The search did not work. Press Enter to try again."
              : "You are offline. The search goes on when the connection is back.";
      },
      onslow: (isSlow) => (this.#isSlow = isSlow),
    });
  }

  /** As it was typed. */
  get query(): string {
    return this.#query;
  }

  /** Whether something is looked for: then the results are shown, and not the inbox. */
  get isOn(): boolean {
    return this.#query.trim() !== "";
  }

  /** Of an earlier query until there are those of this one. Null: there were none yet. */
  get results(): SearchResult[] | null {
    return this.#answered?.results ?? null;
  }

  /** Why there are none, in one sentence. */
  get problem(): string | null {
    return this.#problem;
  }

  /** One line about how it stands. */
  get status(): string {
    if (!this.isOn) return "";
    if (this.#problem !== null) return this.#problem;
    if (this.#isSlow) return "Searching…";
    if (this.#answered === null) return "";
    const { query, results } = this.#answered;
    if (results.length === 0) return `Nothing found for “${query}”`;
    return results.length === 1 ? "1 result" : `${results.length} results`;
  }

  type(query: string): void {
    const isSame = query.trim() === this.#query.trim();
    this.#query = query;
    if (!this.isOn) return this.clear();
    if (!isSame) this.#latest.want(query.trim());
  }

  clear(): void {
    this.#latest.drop();
    this.#query = "";
    this.#answered = null;
    this.#problem = null;
  }

  /** Asks again what could not be answered. */
  retry(): void {
    if (this.#problem !== null && this.isOn) this.#latest.want(this.#query.trim());
  }

  /** Ends when what is shown belongs to what was typed. */
  async settled(): Promise<void> {
    await this.#latest.now();
  }

  dispose(): void {
    this.#latest.drop();
  }
}
