import type { SkeinMessage } from "../tools/message.ts";

/** Where begins what the person has not seen: what came while they were elsewhere, or looked away from this page. */
export class Absence {
  #newSince = $state<string | null>(null);
  #leftAt: string | null = null;
  #isAway = false;

  constructor(newSince: string | null) {
    this.#newSince = newSince;
  }

  /** The first message that is new; null: there is none, or the person has gone on since. */
  get newSince(): string | null {
    return this.#newSince;
  }

  /** The page is out of sight. `messages`: what it shows. */
  leave(messages: SkeinMessage[]): void {
    this.#isAway = true;
    this.#leftAt = messages.at(-1)?.id ?? null;
  }

  comeBack(messages: SkeinMessage[]): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    const left = messages.findIndex((message) => message.id === this.#leftAt);
    const first = messages.slice(left + 1).find((message) => message.role === "assistant");
    // On another branch nothing is known to be new.
    if (left >= 0 && first) this.#newSince = first.id;
  }

  /** The person says something: all before it is old. */
  end(): void {
    this.#newSince = null;
  }
}
