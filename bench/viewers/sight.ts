import type { Page } from "@playwright/test";

/** What a page saw of a turn that somebody else started. In epoch milliseconds, of this machine's one clock. */
export interface Sight {
  questionAt: number;
  firstWordAt: number;
}

/** Waits until a page shows this question, and then the first word of its answer. Call it before the question is sent. */
export async function watchFor(page: Page, prompt: string): Promise<() => Promise<Sight>> {
  const sight = await page.evaluateHandle((prompt) => {
    const articles = document.querySelectorAll.bind(document, "article[data-role]") as () => NodeListOf<HTMLElement>;
    let questionAt: number | undefined;
    // In an object: a promise would be waited for.
    const seen = new Promise<Sight>((resolve) => {
      const observer = new MutationObserver(() => {
        const all = [...articles()];
        const at = all.findIndex((article) => article.dataset.role === "user" && article.textContent.includes(prompt));
        if (at === -1) return;
        questionAt ??= Date.now();
        const answer = all[at + 1];
        if (answer?.dataset.role !== "assistant" || !/\bw1\b/.test(answer.textContent)) return;
        observer.disconnect();
        resolve({ questionAt, firstWordAt: Date.now() });
      });
      observer.observe(document, { childList: true, subtree: true, characterData: true });
    });
    return { seen };
  }, prompt);
  return () => sight.evaluate(({ seen }) => seen);
}
