import type { Page } from "@playwright/test";

/** What a page saw of a click on Stop. Times in epoch milliseconds, of this machine's one clock. */
export interface StopSeen {
  clickedAt: number;
  /** How many words of the answer the page showed at that moment. */
  words: number;
  /** When the button was gone: the composer sends again. */
  readyAt: number;
}

const PATIENCE_MS = 30_000;

/**
 * Presses Stop once the answer below that question shows so many words; with 0 words, once the question is there. All in
 * the page: on a busy machine a browser that is told from outside to press it does so seconds later.
 */
export function pressStop(page: Page, prompt: string, words: number): Promise<StopSeen> {
  return page.evaluate(
    async ({ prompt, words, patienceMs }) => {
      const button = () => document.querySelector<HTMLButtonElement>("button[aria-label=Stop]");
      const answer = () => {
        const articles = [...document.querySelectorAll("[role=log] article")];
        const at = articles.findIndex((article) => article.textContent.includes(prompt));
        return at === -1 ? undefined : (articles[at + 1]?.textContent.match(/w\d+/g)?.length ?? 0);
      };
      const until = (isSo: () => boolean) =>
        new Promise<void>((resolve, reject) => {
          if (isSo()) return resolve();
          const timer = setTimeout(() => reject(new Error("there was nothing to stop")), patienceMs);
          const observer = new MutationObserver(() => {
            if (!isSo()) return;
            observer.disconnect();
            clearTimeout(timer);
            resolve();
          });
          observer.observe(document, { childList: true, subtree: true, characterData: true });
        });
      await until(() => button() !== null && (answer() ?? -1) >= words);
      const seen = { clickedAt: Date.now(), words: answer() ?? 0 };
      button()?.click();
      await until(() => button() === null);
      return { ...seen, readyAt: Date.now() };
    },
    { prompt, words, patienceMs: PATIENCE_MS },
  );
}
