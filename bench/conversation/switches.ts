import type { Page } from "@playwright/test";
import { summarize, type Summary } from "../statistics.ts";

/** Goes from one chat to another and back, `n` times: click on its row → its last answer is painted. */
export async function measureSwitches(
  page: Page,
  chats: [string, string],
  n: number,
  settle: () => Promise<void>,
): Promise<{ first: Summary; again: Summary }> {
  const times: number[] = [];
  for (let sample = 0; sample < n; sample++) {
    await settle();
    times.push(await page.evaluate(go, chats[sample % 2] ?? ""));
  }
  return { first: summarize(times.slice(0, 2)), again: summarize(times.slice(2)) };
}

/** Runs in the page. */
async function go(chatId: string): Promise<number> {
  const last = () => [...document.querySelectorAll<HTMLElement>("[role=log] article")].at(-1)?.dataset.messageId;
  const painted = () =>
    new Promise<void>((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve();
      requestAnimationFrame(() => port2.postMessage(null));
    });
  const before = last();
  const at = performance.now();
  document.querySelector<HTMLElement>(`nav a[href$="${chatId}"]`)?.click();
  do await painted();
  while (last() === undefined || last() === before);
  return performance.now() - at;
}
