/** Rows this far from what is on the screen are made ready. */
const MARGIN = 1500;

type Listener = (isNear: boolean, height: number) => void;

const lists = new WeakMap<Element, RowsOfList>();

/**
 * Tells a row of a scrolled list when it comes near the screen and when it leaves. Long conversations hold far rows as
 * plain text: searched, copied and read aloud as before, and next to free to make and to lay out.
 */
export function watchNearness(row: Element, listener: Listener): () => void {
  const scroller = row.closest("[role=log]");
  if (!scroller) return () => {};
  let list = lists.get(scroller);
  if (!list) lists.set(scroller, (list = new RowsOfList(scroller)));
  return list.watch(row, listener);
}

/**
 * What comes onto the screen is told at once, what is only near one row a frame: each takes a few milliseconds to draw,
 * and many come near together when a chat is opened or scrolled by a page.
 */
class RowsOfList {
  readonly #listeners = new WeakMap<Element, Listener>();
  readonly #observer: IntersectionObserver;
  readonly #waiting = new Map<Element, number>();
  #isDrawing = false;

  constructor(root: Element) {
    this.#observer = new IntersectionObserver((entries) => this.#tell(entries), {
      root,
      rootMargin: `${MARGIN}px 0px`,
    });
  }

  watch(row: Element, listener: Listener): () => void {
    this.#listeners.set(row, listener);
    this.#observer.observe(row);
    return () => {
      this.#waiting.delete(row);
      this.#observer.unobserve(row);
    };
  }

  #tell(entries: IntersectionObserverEntry[]) {
    for (const { target, isIntersecting, boundingClientRect: row, rootBounds } of entries) {
      this.#waiting.delete(target);
      const isOnScreen = rootBounds && row.bottom > rootBounds.top + MARGIN && row.top < rootBounds.bottom - MARGIN;
      if (isIntersecting && !isOnScreen) this.#waiting.set(target, row.height);
      else this.#listeners.get(target)?.(isIntersecting, row.height);
    }
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => this.#next());
  }

  #next() {
    // The last ones first: they are above what one reads, mostly, and nearest to it.
    const next = [...this.#waiting].at(-1);
    this.#isDrawing = next !== undefined;
    if (!next) return;
    const [row, height] = next;
    this.#waiting.delete(row);
    this.#listeners.get(row)?.(true, height);
    requestAnimationFrame(() => this.#next());
  }
}
