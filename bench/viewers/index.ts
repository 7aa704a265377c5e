import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import build from "../../tests/support/build.global.ts";
import { chromiumFlags, findChromium } from "../../tests/support/chromium.ts";
import { startMockOpenAI } from "../../tests/support/mock-openai.ts";
import { write } from "../results.ts";
import { startSkein } from "../skein.ts";
import type { Summary } from "../statistics.ts";
import { measureReaders } from "./readers.ts";
import { measureElsewhere } from "./two-browsers.ts";
import { takeN } from "../command.ts";

/** 95 of 100 questions, and every one. */
const QUESTION_MS = { p95: 300, max: 500 };
const MANY = 50;
/** What the word's way to one of many may take of its way to a single reader. */
const RATIO = 2;

const n = takeN("how many turns are watched");

build();
const dataDir = mkdtempSync(join(tmpdir(), "skein-bench-"));
const mock = await startMockOpenAI();
const skein = await startSkein(mock, dataDir);
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
try {
  const live = await measureElsewhere(browser, skein, { n, isOver: false });
  const continuation = await measureElsewhere(browser, skein, { n, isOver: true });
  const one = await measureReaders(browser, skein, 1);
  const many = await measureReaders(browser, skein, MANY);
  const ratio = { median: many.delay.median / one.delay.median, p95: many.delay.p95 / one.delay.p95 };

  console.log(`\nMilliseconds, ${n} turns each; load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores`);
  const row = (measure: string, { median, p95, max }: Summary, isWithin?: boolean) => ({
    ...{ measure, median: Math.round(median), p95: Math.round(p95), max: Math.round(max) },
    "": isWithin === undefined ? "" : isWithin ? "ok" : "over",
  });
  const isSeenInTime = ({ p95, max }: Summary) => p95 <= QUESTION_MS.p95 && max <= QUESTION_MS.max;
  console.table([
    row("Enter → question in another browser", live.question, isSeenInTime(live.question)),
    row("  → first word there, less the model's time", live.firstWord),
    row("the same when the run had ended", continuation.question, isSeenInTime(continuation.question)),
    row("  → first word there, less the model's time", continuation.firstWord),
    row("a word → its only reader", one.delay),
    row(`a word → each of ${MANY} readers`, many.delay, ratio.median <= RATIO && ratio.p95 <= RATIO),
  ]);
  console.log(
    `${MANY} readers wait ${ratio.median.toFixed(1)} times as long as one, at the 95th percentile ${ratio.p95.toFixed(1)} times.`,
  );
  console.log(`Written to ${write({ n, viewers: { live, continuation, one, many, ratio } })}`);
} finally {
  await browser.close();
  await skein.stack.stop();
  await mock.close();
  rmSync(dataDir, { recursive: true, force: true });
}
