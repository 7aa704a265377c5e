import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import build from "../../tests/support/build.global.ts";
import { chromiumFlags, findChromium } from "../../tests/support/chromium.ts";
import { startMockOpenAI } from "../../tests/support/mock-openai.ts";
import { write } from "../results.ts";
import { startSkein } from "../skein.ts";
import { summarize } from "../statistics.ts";
import { PLACES } from "./places.ts";
import { measureStop, type Stop } from "./stops.ts";
import { takeN } from "../command.ts";

const BUDGET_MS = 100;
const MOST_SENT = 2;

const n = takeN("how often each stop is measured");

build();
const dataDir = mkdtempSync(join(tmpdir(), "skein-bench-"));
const mock = await startMockOpenAI();
const skein = await startSkein(mock, dataDir);
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
try {
  const measured: { place: string; moment: string; stops: Stop[] }[] = [];
  for (const [name, openPlace] of PLACES) {
    const place = await openPlace(browser, skein);
    for (const [moment, words] of [["after 10 words", 10] as const, ["before the first", 0] as const]) {
      console.log(`${new Date().toTimeString().slice(0, 8)} ${name}, ${moment}`);
      const stops: Stop[] = [];
      while (stops.length < n) stops.push(await measureStop(place, mock, words));
      measured.push({ place: name, moment, stops });
    }
    await place.end();
  }
  const stop = measured.map(({ stops, ...what }) => ({
    ...what,
    aborted: summarize(stops.map(({ abortedMs }) => abortedMs)),
    ready: summarize(stops.map(({ readyMs }) => readyMs)),
    sentAfter: summarize(stops.map(({ sentAfter }) => sentAfter)),
  }));
  console.log(`\nMilliseconds from the click, ${n} each; load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores`);
  console.table(
    stop.map(({ place, moment, aborted, ready, sentAfter }) => ({
      ...{ "stopped from": place, moment },
      ...{ "aborted, median": Math.round(aborted.median), p95: Math.round(aborted.p95), max: Math.round(aborted.max) },
      ...{ budget: BUDGET_MS, "composer, p95": Math.round(ready.p95), "words after, max": sentAfter.max },
      "": aborted.p95 <= BUDGET_MS && sentAfter.max <= MOST_SENT ? "ok" : "over",
    })),
  );
  console.log(`Every message sent right after a stop was told what was shown. Written to ${write({ n, stop })}`);
} finally {
  await browser.close();
  await skein.stack.stop();
  await mock.close();
  rmSync(dataDir, { recursive: true, force: true });
}
