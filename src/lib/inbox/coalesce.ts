/**
 * Wraps an asynchronous refresh so that however often it is asked for, at most one runs and at most one waits: a burst
 * of events costs two refreshes, and the last one starts after the last event.
 */
export function coalesce(refresh: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let isAskedAgain = false;

  async function run() {
    do {
      isAskedAgain = false;
      await refresh();
    } while (isAskedAgain);
  }

  return () => {
    if (running) isAskedAgain = true;
    else running = run().finally(() => (running = null));
    return running;
  };
}
