const BURST_MS = 100;

/**
 * Hands on what is announced within a tenth of a second as one. A turn that begins or ends announces itself two or three
 * times, and that is the moment when the server has something better to do than to be asked for the inbox each time.
 */
export function gatherBurst<T>(handle: (burst: Set<T>) => void): (item: T) => void {
  let burst = new Set<T>();
  return (item) => {
    if (burst.size === 0) {
      setTimeout(() => {
        const items = burst;
        burst = new Set();
        handle(items);
      }, BURST_MS);
    }
    burst.add(item);
  };
}
