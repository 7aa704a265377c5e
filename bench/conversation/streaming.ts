import type { Page } from "@playwright/test";
import { summarize, type Summary } from "../statistics.ts";
import { enter, type Target } from "../turn.ts";
import { untilWord } from "../observe.ts";

export interface Streaming {
  /** A key goes down → the frame with its letter is painted, in milliseconds. */
  keys: Summary;
  /** Tasks of more than 50 ms meanwhile, and how long each took. */
  longTasks: number[];
}

const WORDS = 450;
/** Neither with the words nor with the frames. */
const KEY_MS = 83;

interface Watched {
  typed: number[];
  tasks: number[];
}

/** Asks, and types all through the answer, which comes at 50 words a second. */
export async function measureStreaming(page: Page, target: Target): Promise<Streaming> {
  await enter(page, target, WORDS);
  await untilWord(page, 5);
  await page.evaluate(watch);
  const end = untilWord(page, WORDS).then(() => (isOver = true));
  let isOver = false;
  while (!isOver) {
    await page.keyboard.press("a");
    await page.waitForTimeout(KEY_MS);
  }
  await end;
  const { typed, tasks } = await page.evaluate(() => (globalThis as unknown as { watched: Watched }).watched);
  await page.getByLabel("Message", { exact: true }).fill("");
  return { keys: summarize(typed), longTasks: tasks };
}

/** Runs in the page. */
function watch(): void {
  const watched: Watched = { typed: [], tasks: [] };
  Object.assign(globalThis, { watched });
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) watched.tasks.push(duration);
  }).observe({ type: "longtask" });
  addEventListener(
    "keydown",
    ({ timeStamp }) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => watched.typed.push(performance.now() - timeStamp);
      // A task posted by the frame's callback runs once the frame is painted.
      requestAnimationFrame(() => port2.postMessage(null));
    },
    { capture: true },
  );
}
