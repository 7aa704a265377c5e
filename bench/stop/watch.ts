import type { Page } from "@playwright/test";

/** What a page saw of the last click on Stop. Times in epoch milliseconds, of this machine's one clock. */
export interface StopSeen {
  clickedAt: number;
  /** How many words of the answer the page showed at that moment. */
  words: number;
  /** When the button was gone: the composer sends again. */
  readyAt: number;
}

/** Watches every document of this page from its first moment on. */
export async function watchStop(page: Page): Promise<void> {
  await page.addInitScript(watch);
}

/** Presses Stop; resolves once the page calls the turn over. */
export async function pressStop(page: Page): Promise<StopSeen> {
  // By the page itself: Playwright waits for frames first, and the answer would go on meanwhile.
  await page.getByRole("button", { name: "Stop" }).evaluate((button: HTMLElement) => button.click());
  const seen = await page.waitForFunction(
    () => {
      const { stopSeen } = globalThis as unknown as { stopSeen: StopSeen };
      return stopSeen.clickedAt > 0 && stopSeen.readyAt > 0 ? stopSeen : undefined;
    },
    undefined,
    { polling: 5 },
  );
  return (await seen.jsonValue()) as StopSeen;
}

/** The answer below that question shows so many words; with 0 words, the question is there and can be stopped. */
export async function untilShown(page: Page, prompt: string, words: number): Promise<void> {
  await page.waitForFunction(
    ({ prompt, words }) => {
      const articles = [...document.querySelectorAll("[role=log] article")];
      const at = articles.findIndex((article) => article.textContent.includes(prompt));
      if (at === -1 || document.activeElement?.tagName !== "TEXTAREA") return false;
      if (words === 0) return document.querySelector("button[aria-label=Stop]") !== null;
      return new RegExp(`\\bw${words}\\b`).test(articles[at + 1]?.textContent ?? "");
    },
    { prompt, words },
    { polling: 20 },
  );
}

/** Runs in the browser, so it uses nothing from outside. */
function watch() {
  const stopSeen: StopSeen = { clickedAt: 0, words: 0, readyAt: 0 };
  Object.assign(globalThis, { stopSeen });
  const button = () => document.querySelector("button[aria-label=Stop]");
  addEventListener(
    "click",
    (event) => {
      if (!(event.target instanceof Element) || event.target.closest("button[aria-label=Stop]") === null) return;
      const last = [...document.querySelectorAll<HTMLElement>("[role=log] article")].at(-1);
      const shown = last?.dataset.role === "assistant" ? last.textContent.match(/w\d+/g) : null;
      // The event happened before this ran.
      const clickedAt = Math.floor(Date.now() - (performance.now() - event.timeStamp));
      Object.assign(stopSeen, { clickedAt, words: shown?.length ?? 0, readyAt: 0 });
    },
    { capture: true },
  );
  new MutationObserver(() => {
    if (stopSeen.readyAt === 0 && button() === null) stopSeen.readyAt = Date.now();
  }).observe(document, { childList: true, subtree: true });
}
