/** What the browser says of its connection. It can be wrong both ways, so a request has the last word. */
export function isOnline(): boolean {
  return globalThis.navigator?.onLine !== false;
}

/** Calls back each time the browser has a connection again, until the returned function is called. */
export function whenOnline(listener: () => void): () => void {
  globalThis.addEventListener?.("online", listener);
  return () => globalThis.removeEventListener?.("online", listener);
}

/** Whether a request failed without an answer: `fetch` throws a TypeError for that, and nothing else has its status. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof TypeError && !("status" in error);
}

/**
 * Whether our server answered for an engine, or for Trigger.dev, that it cannot reach (the proxy of `/realtime`, or who was
 * asked for a token). It can be reached itself, so it will tell when that is over.
 */
export function isAway(error: unknown): boolean {
  return error instanceof Error && "status" in error && [502, 503, 504].includes(error.status as number);
}
