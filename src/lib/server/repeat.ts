interface Repeated {
  /** From the end of a round to the next one. */
  everyMs: number;
  onfailed(error: unknown): void;
}

/**
 * Does a round now, and another whenever the pause after the last one is over, until the returned function is called. A
 * round that fails is followed by another. If it resolves to a number, that is the pause after it, in milliseconds.
 */
export function repeat(round: () => Promise<unknown>, { everyMs, onfailed }: Repeated): () => void {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const run = async () => {
    const pause = await round().catch(onfailed);
    if (!stopped) timer = setTimeout(() => void run(), typeof pause === "number" ? pause : everyMs).unref();
  };
  void run();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
