/** Rows this far from what is on the screen are made ready. */
const MARGIN = "1500px 0px";

const observers = new WeakMap<Element, { observer: IntersectionObserver; listeners: WeakMap<Element, Listener> }>();

type Listener = (isNear: boolean, height: number) => void;

/**
 * Tells a row of a scrolled list when it comes near the screen and when it leaves. Long conversations hold far rows as
 * plain text: searched, copied and read aloud as before, and next to free to make and to lay out.
 */
export function watchNearness(row: Element, listener: Listener): () => void {
  const scroller = row.closest("[role=log]");
  if (!scroller) return () => {};
  let list = observers.get(scroller);
  if (!list) {
    const listeners = new WeakMap<Element, Listener>();
    const tell = (entries: IntersectionObserverEntry[]) => {
      for (const { target, isIntersecting, boundingClientRect } of entries)
        listeners.get(target)?.(isIntersecting, boundingClientRect.height);
    };
    list = { listeners, observer: new IntersectionObserver(tell, { root: scroller, rootMargin: MARGIN }) };
    observers.set(scroller, list);
  }
  const { observer, listeners } = list;
  listeners.set(row, listener);
  observer.observe(row);
  return () => observer.unobserve(row);
}
