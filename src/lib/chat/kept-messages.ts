import type { SkeinMessage } from "../tools/message.ts";

/** A message that could not go out yet, and the model it is for. */
export interface Unsent {
  message: SkeinMessage;
  model: string | undefined;
}

interface Kept extends Unsent {
  /** Its place among the others, in milliseconds. */
  at: number;
}

/**
 * The messages of one chat that wait for a connection, as this browser keeps them over a reload or a crash. Each has an
 * entry of its own: two tabs write at the same time.
 */
export class KeptMessages {
  readonly #prefix: string;
  #last = 0;

  constructor(chatId: string) {
    this.#prefix = `skein:waiting:${chatId}:`;
  }

  /** `inPlaceOf`: the id of one whose place it takes. */
  keep({ message, model }: Unsent, inPlaceOf = message.id) {
    const at = this.#read(this.#prefix + inPlaceOf)?.at ?? Math.max(Date.now(), this.#last + 1);
    this.#last = Math.max(this.#last, at);
    try {
      localStorage.setItem(this.#prefix + message.id, JSON.stringify({ message, model, at } satisfies Kept));
    } catch {
      // Storage is full or refused: the message still waits on this page.
    }
  }

  forget(id: string) {
    try {
      localStorage.removeItem(this.#prefix + id);
    } catch {
      // Storage is refused, so there is nothing in it.
    }
  }

  /** In the order they were written. */
  all(): Unsent[] {
    const kept = this.#keys().flatMap((key) => this.#read(key) ?? []);
    this.#last = Math.max(this.#last, ...kept.map(({ at }) => at));
    return kept.sort((a, b) => a.at - b.at).map(({ message, model }) => ({ message, model }));
  }

  #keys(): string[] {
    try {
      const keys = Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at) ?? "");
      return keys.filter((key) => key.startsWith(this.#prefix));
    } catch {
      return [];
    }
  }

  #read(key: string): Kept | undefined {
    try {
      const kept = JSON.parse(localStorage.getItem(key) ?? "null") as unknown;
      return isKept(kept) ? kept : undefined;
    } catch {
      return undefined;
    }
  }
}

/** Another version of this page, or anybody with a console, may have written something else. */
function isKept(value: unknown): value is Kept {
  const { message, model, at } = (value ?? {}) as Partial<Kept>;
  const isMessage = typeof message?.id === "string" && message.role === "user" && Array.isArray(message.parts);
  return isMessage && typeof at === "number" && (model === undefined || typeof model === "string");
}
