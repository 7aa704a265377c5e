/**
 * Tells of changes at once, but not twice between two frames: words that come in faster than they can be seen are drawn
 * together. Where nothing is drawn (a hidden page, a server) every change is told.
 */
export class OnceAFrame {
  readonly #tell: () => void;
  #isHeld = false;
  #hasMore = false;

  constructor(tell: () => void) {
    this.#tell = tell;
  }

  changed(): void {
    if (this.#isHeld) this.#hasMore = true;
    else this.#now();
  }

  #now() {
    this.#hasMore = false;
    this.#tell();
    if (typeof document === "undefined" || document.visibilityState === "hidden") return;
    this.#isHeld = true;
    requestAnimationFrame(() => {
      this.#isHeld = false;
      if (this.#hasMore) this.#now();
    });
  }
}
