import type { Browser, BrowserContextOptions, Page } from "@playwright/test";
import type { Skein } from "../skein.ts";
import { summarize, type Summary } from "../statistics.ts";
import { open, requestFor } from "../turn.ts";

/** So long that none of the streams ends while it is measured. */
const WORDS = 6000;
const RATE = 20;
const BOOT_MS = 45_000;

/**
 * Renames the chat on top elsewhere, `n` times, while as many chats as `streaming` are being answered: the request is sent
 * → the row with the new name is painted.
 */
export async function measureRepaint(
  browser: Browser,
  person: BrowserContextOptions,
  skein: Skein,
  { n, streaming }: { n: number; streaming: number },
): Promise<Summary> {
  const context = await browser.newContext(person);
  const page = await context.newPage();
  await open(page, skein.url);
  for (let stream = 0; stream < streaming; stream++) await startStream(page, skein, stream);
  // A process boots for each of them, which takes the machine for a while and is not what is measured.
  if (streaming > 0) await page.waitForTimeout(BOOT_MS);
  await page.goto(skein.url);
  await skein.settle();
  const href = await page
    .getByRole("navigation", { name: "Chats" })
    .getByRole("listitem")
    .first()
    .getByRole("link")
    .getAttribute("href");
  const samples: number[] = [];
  for (let sample = 0; sample < n; sample++) {
    const title = `Renamed ${streaming} ${sample}`;
    const seen = await watchFor(page, title);
    const sentAt = Date.now();
    const renamed = await page.request.patch(`${skein.url}/api${href}`, { data: { type: "rename", title } });
    if (!renamed.ok()) throw new Error(`${renamed.status()} from renaming a chat`);
    samples.push((await seen()) - sentAt);
  }
  await context.close();
  return summarize(samples);
}

/** Begins a chat as its page would, and leaves it. */
async function startStream(page: Page, { url, mock }: Skein, stream: number): Promise<void> {
  const text = `words=${WORDS} rate=${RATE} stream=${stream}`;
  const headers = { origin: url, accept: "text/html" };
  const made = await page.request.post(url, { form: { text }, headers, maxRedirects: 0 });
  await page.request.get(new URL(made.headers().location ?? "", url).href);
  while (mock.requests.every((request) => request.prompt !== text || request.sent === 0)) await page.waitForTimeout(20);
  requestFor(mock, text);
}

/** Waits until the row with this title is painted. In epoch milliseconds. */
async function watchFor(page: Page, title: string): Promise<() => Promise<number>> {
  const sight = await page.evaluateHandle((title) => {
    const rows = document.querySelector("nav[aria-label=Chats]") as HTMLElement;
    // In an object: a promise would be waited for.
    const seen = new Promise<number>((resolve) => {
      const observer = new MutationObserver(() => {
        if (!rows.textContent.includes(title)) return;
        observer.disconnect();
        requestAnimationFrame(() => setTimeout(() => resolve(Date.now())));
      });
      observer.observe(rows, { childList: true, subtree: true, characterData: true });
    });
    return { seen };
  }, title);
  return () => sight.evaluate(({ seen }) => seen);
}
