import { brotliCompressSync } from "node:zlib";
import type { Browser, BrowserContextOptions } from "@playwright/test";
import { summarize, type Summary } from "../statistics.ts";

export interface FirstLoad {
  /** Of the page's scripts, in bytes of Brotli, however they came; what colours code beside the page is not of them. */
  javascript: number;
  /** Milliseconds since the navigation began. */
  largestPaint: Summary;
  /** The sum of all layout shifts that nobody caused. */
  shift: Summary;
  /** What tasks after the first paint took beyond 50 ms each, in milliseconds. */
  blocked: Summary;
}

interface Vitals {
  last: number;
  largestPaint: number;
  shift: number;
  blocked: number;
}
type Watched = typeof globalThis & { vitals: Vitals };

const QUIET_MS = 1000;

/** Loads a page `n` times, each in a browser that has never seen the site. */
export async function measureFirstLoad(
  browser: Browser,
  person: BrowserContextOptions,
  url: string,
  n: number,
): Promise<FirstLoad> {
  const all: Vitals[] = [];
  const sizes = new Map<string, Promise<number>>();
  for (let sample = 0; sample < n; sample++) {
    const context = await browser.newContext(person);
    const page = await context.newPage();
    page.on("response", (response) => {
      const isPageScript = response.request().resourceType() === "script" && !response.url().includes("/workers/");
      if (!isPageScript || sizes.has(response.url())) return;
      sizes.set(
        response.url(),
        response.body().then((body) => brotliCompressSync(body).length),
      );
    });
    await page.addInitScript(watch);
    await page.goto(url);
    await page.waitForFunction(
      (quietMs) => performance.now() - (globalThis as Watched).vitals.last > quietMs,
      QUIET_MS,
    );
    all.push(await page.evaluate(() => (globalThis as Watched).vitals));
    await Promise.all(sizes.values());
    await context.close();
  }
  const bytes = await Promise.all(sizes.values());
  const of = (key: keyof Vitals) => summarize(all.map((vitals) => vitals[key]));
  return {
    javascript: bytes.reduce((sum, size) => sum + size, 0),
    ...{ largestPaint: of("largestPaint"), shift: of("shift"), blocked: of("blocked") },
  };
}

/** Runs in the page, before anything else does. */
function watch(): void {
  const vitals: Vitals = { last: 0, largestPaint: 0, shift: 0, blocked: 0 };
  Object.assign(globalThis, { vitals });
  const on = (type: string, tell: (entry: PerformanceEntry) => void) =>
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        vitals.last = Math.max(vitals.last, entry.startTime + entry.duration);
        tell(entry);
      }
    }).observe({ type, buffered: true });
  on("resource", () => undefined);
  on("largest-contentful-paint", ({ startTime }) => (vitals.largestPaint = startTime));
  let paintedAt = Infinity;
  on("paint", ({ name, startTime }) => {
    if (name === "first-contentful-paint") paintedAt = startTime;
  });
  const tasks: PerformanceEntry[] = [];
  on("longtask", (entry) => {
    tasks.push(entry);
    // Known in whatever order: the paint may be told of later.
    const after = ({ startTime, duration }: PerformanceEntry) =>
      Math.max(0, Math.min(duration, startTime + duration - paintedAt) - 50);
    vitals.blocked = tasks.reduce((sum, task) => sum + after(task), 0);
  });
  on("layout-shift", (entry) => {
    const { value, hadRecentInput } = entry as PerformanceEntry & { value: number; hadRecentInput: boolean };
    if (!hadRecentInput) vitals.shift += value;
  });
}
