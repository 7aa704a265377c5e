export interface LatestParts<Question, Answer> {
  ask(question: Question, signal: AbortSignal): Promise<Answer>;
  onanswer(question: Question, answer: Answer): void;
  onproblem(question: Question, cause: unknown): void;
  /** It takes so long that one should say so; false: not any more. */
  onslow(isSlow: boolean): void;
}

/** Long enough for the next key, too short to be noticed. */
const PAUSE_MS = 120;
const SLOW_MS = 400;

/**
 * Asks what was wanted last, once it has been wanted for a moment. What was asked before it is given up, and an answer
 * to that is not heard, in whichever order they come.
 */
export class Latest<Question, Answer> {
  readonly #parts: LatestParts<Question, Answer>;
  #abort: AbortController | null = null;
  #ended: Promise<void> = Promise.resolve();
  #askNow = () => {};

  constructor(parts: LatestParts<Question, Answer>) {
    this.#parts = parts;
  }

  want(question: Question): void {
    this.drop();
    const abort = (this.#abort = new AbortController());
    const { signal } = abort;
    const dropped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    const pause = new Promise<void>((resolve) => {
      this.#askNow = resolve;
      setTimeout(resolve, PAUSE_MS);
    });
    this.#ended = Promise.race([dropped, pause.then(() => this.#ask(question, signal))]);
  }

  /** Does not wait for another key. Ends when what is wanted is answered, or could not be. */
  async now(): Promise<void> {
    this.#askNow();
    const ended = this.#ended;
    await ended;
    // Something else was wanted meanwhile.
    if (this.#ended !== ended) await this.now();
  }

  /** Wants nothing any more. */
  drop(): void {
    this.#abort?.abort();
    this.#abort = null;
  }

  async #ask(question: Question, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { ask, onanswer, onproblem, onslow } = this.#parts;
    const slow = setTimeout(() => onslow(true), SLOW_MS);
    const over = () => {
      clearTimeout(slow);
      onslow(false);
    };
    // Whoever asks next says for itself when it is slow.
    signal.addEventListener("abort", over);
    try {
      const answer = await ask(question, signal);
      if (!signal.aborted) onanswer(question, answer);
    } catch (cause) {
      if (!signal.aborted) onproblem(question, cause);
    } finally {
      if (!signal.aborted) over();
    }
  }
}
