import { cpus, loadavg } from "node:os";
import type { Start } from "../inbox-page/start.ts";
import type { Summary } from "../statistics.ts";
import type { FirstLoad } from "./first-load.ts";
import type { Score } from "./lighthouse.ts";
import type { Streaming } from "./streaming.ts";

interface Page {
  firstLoad: FirstLoad;
  /** Of the long conversation. */
  long: Start;
  streaming: Streaming;
}

export interface Results {
  n: number;
  bare: Page;
  skein: Page & {
    elements: number;
    firstWords: { short: Summary; long: Summary };
    switches: { first: Summary; again: Summary };
    scores: Score[];
  };
}

/** Prints what was measured beside what it may be. A miss is marked and fails nothing: the machine may be busy. */
export function print({ n, bare, skein }: Results): void {
  const line = (measure: string, value: number, budget: number, beside?: number) => ({
    ...{ measure, skein: round(value), bare: beside === undefined ? "" : round(beside), budget },
    "": value <= budget ? "ok" : "over",
  });
  const both = (measure: string, of: (page: Page) => number, budget: number) =>
    line(measure, of(skein), budget, of(bare));
  const { firstWords, switches } = skein;
  console.log(`\nMedians of ${n}; load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores`);
  console.table([
    both("first load: JavaScript, bytes of Brotli", (page) => page.firstLoad.javascript, 150_000),
    both("first load: largest paint, ms", (page) => page.firstLoad.largestPaint.median, 500),
    both("first load: layout shift", (page) => page.firstLoad.shift.median, 0.02),
    both("first load: blocked, ms", (page) => page.firstLoad.blocked.median, 50),
    both("1,000 messages: composer answers, ms", (page) => page.long.answers.median, 800),
    both("1,000 messages: quiet, ms", (page) => page.long.quiet.median, 1500),
    line("1,000 messages: elements", skein.elements, 5000),
    both("streaming: tasks over 50 ms", (page) => page.streaming.longTasks.length, 0),
    both("streaming: key → painted, ms", (page) => page.streaming.keys.median, 17),
    both("streaming: key → painted, p95", (page) => page.streaming.keys.p95, 35),
    line("Enter → first word, against a short chat", firstWords.long.median / firstWords.short.median, 1.3),
    line("another chat of 100 messages: click → painted, ms", switches.again.median, 100),
    line("the same for the first time", switches.first.median, 100),
  ]);
  console.log(
    `Enter → first word: ${round(firstWords.long.median)} ms, in a short chat ${round(firstWords.short.median)}`,
  );
  console.table(skein.scores.map(({ missing, ...score }) => ({ ...score, missing: missing.join(", ") })));
}

const round = (value: number) => Math.round(value * 1000) / 1000;
