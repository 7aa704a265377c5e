import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import pg from "pg";
import build from "../../tests/support/build.global.ts";
import { chromiumFlags, findChromium } from "../../tests/support/chromium.ts";
import { startMockOpenAI } from "../../tests/support/mock-openai.ts";
import { observe } from "../observe.ts";
import { write } from "../results.ts";
import { startSkein } from "../skein.ts";
import { summarize } from "../statistics.ts";
import { ask, open } from "../turn.ts";
import { press, show } from "./switches.ts";
import { seedTree } from "./tree.ts";
import { takeN } from "../command.ts";

const BUDGET_MS = 100;

const n = takeN("how many forks are switched at", 10);

build();
const dataDir = mkdtempSync(join(tmpdir(), "skein-bench-"));
const mock = await startMockOpenAI();
const skein = await startSkein(mock, dataDir);
const db = new pg.Client({ connectionString: skein.stack.databaseUrl });
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await observe(page);
  await open(page, skein.url);
  await ask(page, skein, 3);
  await skein.settle();
  await db.connect();
  const tree = await seedTree(db, new URL(page.url()).pathname.split("/").at(-1) ?? "");
  await page.reload();
  await page.waitForSelector(`[data-place="${tree.messages - tree.forks * 6 - 1}"]`);
  const nodes = () => page.evaluate(() => document.querySelectorAll("*").length);
  const domNodes = await nodes();

  // Forks all along the path: near its root nearly all that is shown changes, near its end next to nothing.
  const first: number[] = [];
  const again: number[] = [];
  const moved: number[] = [];
  for (let at = 0; at < n; at++) {
    const place = tree.places[Math.floor(((at + 0.5) * tree.places.length) / n)] ?? 0;
    await show(page, place);
    await skein.settle();
    for (const times of [first, again, again, again]) {
      const { paintedMs, movedPx } = await press(page, place);
      times.push(paintedMs);
      moved.push(movedPx);
      await skein.settle();
    }
  }
  const results = {
    ...{ n, messages: tree.messages, forks: tree.forks, domNodes },
    branches: { firstVisit: summarize(first), visitedBefore: summarize(again), forkMovedPx: summarize(moved) },
  };
  console.log(
    `\n${tree.messages} messages, ${tree.forks} forks, ${domNodes} DOM nodes; load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores`,
  );
  console.table(
    [
      ["click → a branch never seen is painted", summarize(first)] as const,
      ["click → a branch seen before is painted", summarize(again)] as const,
    ].map(([measure, { median, p95, max }]) => ({
      ...{ measure, median: Math.round(median), p95: Math.round(p95), max: Math.round(max), budget: BUDGET_MS },
      "": p95 <= BUDGET_MS ? "ok" : "over",
    })),
  );
  console.log(`The fork moved by at most ${Math.max(...moved).toFixed(1)} px. Written to ${write(results)}`);
} finally {
  await browser.close();
  await db.end();
  await skein.stack.stop();
  await mock.close();
  rmSync(dataDir, { recursive: true, force: true });
}
