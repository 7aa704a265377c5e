import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type BrowserContextOptions } from "@playwright/test";
import { createDb } from "../../src/lib/server/db/index.ts";
import build from "../../tests/support/build.global.ts";
import { chromiumFlags, findChromium } from "../../tests/support/chromium.ts";
import { startMockOpenAI } from "../../tests/support/mock-openai.ts";
import { seed } from "../inbox/seed.ts";
import { observe } from "../observe.ts";
import { write } from "../results.ts";
import { startSkein } from "../skein.ts";
import type { Summary } from "../statistics.ts";
import { ask, open } from "../turn.ts";
import { measureRepaint } from "./repaint.ts";
import { scrollThrough } from "./scroll.ts";
import { measureStart } from "./start.ts";
import { takeN } from "../command.ts";

const CHATS = 10_000;
const STREAMING = 20;
const BUDGET = { quietMs: 700, htmlBytes: 15_000, elements: 2_000, repaintMs: 100 };

const n = takeN("how often each is measured");

build();
const dataDir = mkdtempSync(join(tmpdir(), "skein-bench-"));
const mock = await startMockOpenAI();
const skein = await startSkein(mock, dataDir);
const db = createDb(skein.stack.databaseUrl, { max: 1 });
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
try {
  const options: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };
  const first = await (await browser.newContext(options)).newPage();
  await observe(first);
  await open(first, skein.url);
  await ask(first, skein, 5);
  const { owner_id: ownerId } = await db.selectFrom("chat").select("owner_id").executeTakeFirstOrThrow();
  await seed(db, { ownerId, chats: CHATS, messages: 10 * CHATS });
  const person = { ...options, storageState: await first.context().storageState() };
  await first.context().close();

  await skein.settle();
  const start = await measureStart(browser, person, skein.url, n);
  const elements = await scrollThrough(browser, person, skein.url);
  const quietly = await measureRepaint(browser, person, skein, { n, streaming: 0 });
  const streaming = await measureRepaint(browser, person, skein, { n, streaming: STREAMING });

  console.log(`\n${CHATS} chats; ${n} times each; load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores`);
  const time = (what: string, { median, p95 }: Summary, budget: number) => ({
    ...{ what, median: Math.round(median), p95: Math.round(p95), budget, "": median <= budget ? "ok" : "over" },
  });
  const number = (what: string, value: number, budget: number) => ({
    ...{ what, median: value, p95: "", budget, "": value <= budget ? "ok" : "over" },
  });
  console.table([
    time("start page: navigation → quiet, ms", start.quiet, BUDGET.quietMs),
    time("start page: navigation → composer answers, ms", start.answers, BUDGET.quietMs),
    number("its HTML on the wire, bytes", start.htmlBytes, BUDGET.htmlBytes),
    number("elements at most while all rows are scrolled through", elements, BUDGET.elements),
    time("a change elsewhere → row painted, ms", quietly, BUDGET.repaintMs),
    time(`the same while ${STREAMING} chats stream, ms`, streaming, BUDGET.repaintMs),
  ]);
  console.log(`written to ${write({ n, inboxPage: { start, elements, quietly, streaming } })}`);
} finally {
  await db.destroy();
  await browser.close();
  await skein.stack.stop();
  await mock.close();
  rmSync(dataDir, { recursive: true, force: true });
}
