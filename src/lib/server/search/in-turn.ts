const running = new Map<string, Promise<unknown>>();

/**
 * One at a time for each key, in this process, and none that nobody waits for any more: whoever types fast leaves a row
 * of searches behind, and only the last of them matters. Undefined: it was not begun.
 */
export async function inTurn<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T | undefined> {
  const before = running.get(key) ?? Promise.resolve();
  const mine = before.then(() => (signal.aborted ? undefined : work()));
  const settled = mine.catch(() => {});
  running.set(key, settled);
  try {
    return await mine;
  } finally {
    if (running.get(key) === settled) running.delete(key);
  }
}
