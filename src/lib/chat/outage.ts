/** A pause shorter than this is nobody's business (docs/interface.md, "connection"). */
const SHOWN_AFTER_MS = 1500;

/** Tells whether something the page needs has been out of reach for long enough to say so. */
export class Outage {
  readonly #down = new Set<"stream" | "web">();
  readonly #onchange: (isShown: boolean) => void;
  readonly #onreached: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `onreached`: somebody answered a request just now. */
  constructor(onchange: (isShown: boolean) => void, onreached: () => void) {
    this.#onchange = onchange;
    this.#onreached = onreached;
  }

  get isDown(): boolean {
    return this.#down.size > 0;
  }

  down(part: "stream" | "web") {
    this.#down.add(part);
    this.#timer ??= setTimeout(() => this.#onchange(true), SHOWN_AFTER_MS);
  }

  up(...parts: ("stream" | "web")[]) {
    for (const part of parts) this.#down.delete(part);
    if (this.#down.size > 0 || this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#onchange(false);
  }

  reached() {
    this.#onreached();
  }

  /** `fetch` that notices whether the stream can be reached. The transport retries by itself, and says nothing. */
  readonly fetch = async (
    url: string,
    init: RequestInit,
    { endpoint }: { endpoint: "in" | "out" },
  ): Promise<Response> => {
    try {
      const response = await fetch(url, init);
      if (endpoint === "out") this.#answered(response.status);
      if (response.status < 500) this.reached();
      return response;
    } catch (error) {
      if (endpoint === "out" && !init.signal?.aborted) this.down("stream");
      throw error;
    }
  };

  #answered(status: number) {
    // Anything below is an answer of the engine, be it a refusal: there is no session yet, or the token has expired.
    if (status >= 500) this.down("stream");
    else this.up("stream");
  }
}
