/** Runs something later; the returned function sees to it that it does not. */
export type After = (ms: number, run: () => void) => () => void;

export interface SourceListener {
  onopen(): void;
  ondata(text: string): void;
  /** `isFinal`: it will not come back by itself. */
  onlost(isFinal: boolean): void;
}

/** Opens a source of events; the returned function closes it. */
export type Connect = (listener: SourceListener) => () => void;

export interface ConnectionEvents {
  onopen(): void;
  ondata(text: string): void;
  onlost(): void;
}

/** A source of events that is kept open: one that was refused is tried again after half a second, then ever slower. */
export class Connection {
  isOpen = false;
  readonly #connect: Connect;
  readonly #after: After;
  readonly #events: ConnectionEvents;
  #close: (() => void) | undefined;
  #forgetRetry: (() => void) | undefined;
  #attempts = 0;

  constructor(connect: Connect, after: After, events: ConnectionEvents) {
    this.#connect = connect;
    this.#after = after;
    this.#events = events;
  }

  /** Keeps what is open or on its way. */
  open() {
    if (!this.#close) this.#begin();
  }

  /** A new one, at once, if one is wanted at all. */
  reopen() {
    if (!this.#close) return;
    this.#down();
    this.#begin();
  }

  /** Whoever closes it knows, and is not told. */
  close() {
    this.#forgetRetry?.();
    this.#close?.();
    this.#forgetRetry = this.#close = undefined;
    this.isOpen = false;
  }

  #begin() {
    this.close();
    // A source that is closed may have an event on its way, which belongs to nobody.
    let isCurrent = true;
    const closeSource = this.#connect({
      onopen: () => isCurrent && this.#opened(),
      ondata: (text) => isCurrent && this.#events.ondata(text),
      onlost: (isFinal) => isCurrent && this.#wasLost(isFinal),
    });
    this.#close = () => {
      isCurrent = false;
      closeSource();
    };
  }

  #opened() {
    this.#attempts = 0;
    this.isOpen = true;
    this.#events.onopen();
  }

  #wasLost(isFinal: boolean) {
    this.#down();
    if (!isFinal) return;
    this.#forgetRetry?.();
    this.#forgetRetry = this.#after(Math.min(500 * 2 ** this.#attempts++, 15_000), () => this.reopen());
  }

  #down() {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#events.onlost();
  }
}
