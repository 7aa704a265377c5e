import type { Browser, BrowserContextOptions, Page } from "@playwright/test";
import { summarize, type Summary } from "../statistics.ts";

export interface Start {
  /** Navigation → the last change of the document, long task or answer, none following for a second. */
  quiet: Summary;
  /** Navigation → the composer has the focus, which is when it can be typed into. */
  answers: Summary;
  /** Of the document, as it came, compressed. */
  htmlBytes: number;
}

const QUIET_MS = 1000;

interface Activity {
  last: number;
  answersAt?: number;
}
type Watched = typeof globalThis & { activity: Activity };

/** Loads the start page `n` times, each in a browser that has its scripts already, as on any but the first visit. */
export async function measureStart(
  browser: Browser,
  person: BrowserContextOptions,
  url: string,
  n: number,
): Promise<Start> {
  const page = await (await browser.newContext(person)).newPage();
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  let documentId = "";
  let htmlBytes = 0;
  network.on("Network.responseReceived", ({ requestId, type }) => type === "Document" && (documentId = requestId));
  network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (requestId === documentId) htmlBytes = encodedDataLength;
  });
  await page.addInitScript(watch);
  await page.goto(url);
  await untilQuiet(page);
  const quiet: number[] = [];
  const answers: number[] = [];
  for (let sample = 0; sample < n; sample++) {
    await page.goto(url);
    const seen = await untilQuiet(page);
    quiet.push(seen.last);
    answers.push(seen.answersAt ?? Number.NaN);
  }
  await page.context().close();
  return { quiet: summarize(quiet), answers: summarize(answers), htmlBytes };
}

/** Runs in the page, before anything else does. Milliseconds since the navigation began. */
function watch(): void {
  const activity: Activity = { last: 0 };
  Object.assign(globalThis, { activity });
  const note = (at: number) => (activity.last = Math.max(activity.last, at));
  new MutationObserver(() => note(performance.now())).observe(document, {
    ...{ subtree: true, childList: true, characterData: true, attributes: true },
  });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) note(startTime + duration);
  }).observe({ entryTypes: ["longtask", "resource"] });
  document.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLTextAreaElement) activity.answersAt ??= performance.now();
  });
}

async function untilQuiet(page: Page): Promise<Activity> {
  await page.waitForFunction(
    (quietMs) => performance.now() - (globalThis as Watched).activity.last > quietMs,
    QUIET_MS,
  );
  return page.evaluate(() => (globalThis as Watched).activity);
}
