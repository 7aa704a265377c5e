import type { Page } from "@playwright/test";

/** What a page saw of the answer to the last Enter. All times in epoch milliseconds, of this machine's one clock. */
export interface Seen {
  navigatedAt: number;
  enteredAt: number;
  /** When the word of that number (from 1) came into the DOM; index 0 is unused. */
  words: number[];
  /** After each frame that showed more: how many words it showed. */
  paints: { words: number; at: number }[];
}

/** Watches every document of this page from its first moment on. */
export async function observe(page: Page): Promise<void> {
  await page.addInitScript(watch);
}

export const seen = (page: Page): Promise<Seen> => page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen);

/** Resolves when the answer shows its word number `word`. */
export async function untilWord(page: Page, word: number): Promise<void> {
  await page.waitForFunction((word) => (globalThis as unknown as { seen: Seen }).seen.words.length > word, word, {
    polling: 20,
    timeout: 30_000,
  });
}

/** Runs in the browser, so it uses nothing from outside. The answer is the last article, once it is the assistant's. */
function watch() {
  const seen = { navigatedAt: Math.round(performance.timeOrigin), enteredAt: 0, words: [0], paints: [] } as Seen;
  Object.assign(globalThis, { seen });
  let before: Element | undefined;
  let isFrameAsked = false;
  const articles = document.getElementsByTagName("article");
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    isFrameAsked = false;
    seen.paints.push({ words: seen.words.length - 1, at: Date.now() });
  };

  addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter") return;
      before = articles[articles.length - 1];
      Object.assign(seen, { words: [0], paints: [] });
      // The event happened before this ran.
      seen.enteredAt = Date.now() - (performance.now() - event.timeStamp);
    },
    { capture: true },
  );

  new MutationObserver(() => {
    const last = articles[articles.length - 1];
    if (!last || last === before || (last as HTMLElement).dataset.role !== "assistant") return;
    const count = Number(/w(\d+)\s*$/.exec(last.textContent.trimEnd())?.[1] ?? 0);
    if (count < seen.words.length) return;
    const now = Date.now();
    while (seen.words.length <= count) seen.words.push(now);
    if (isFrameAsked) return;
    isFrameAsked = true;
    // A task posted by the frame's callback runs once the frame is painted.
    requestAnimationFrame(() => channel.port2.postMessage(null));
  }).observe(document, { childList: true, subtree: true, characterData: true });
}
