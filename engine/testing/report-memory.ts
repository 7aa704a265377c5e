import { setTimeout as sleep } from "node:timers/promises";

/** Preloaded into an engine under test (`node --expose-gc --import`): answers a message with what memory it holds. */
process.on("message", () => {
  void (async () => {
    // What a first collection finalizes, a second one frees.
    for (let round = 0; round < 3; round++) {
      globalThis.gc?.();
      await sleep(50);
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    process.send?.({ held: (heapUsed + external) / 2 ** 20, rss: rss / 2 ** 20 });
  })();
});
process.channel?.unref();
