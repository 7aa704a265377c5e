import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { createDb } from "../../src/lib/server/db/index.ts";
import build from "../../tests/support/build.global.ts";
import { chromiumFlags, findChromium } from "../../tests/support/chromium.ts";
import { startMockOpenAI } from "../../tests/support/mock-openai.ts";
import { buildBare, startBare } from "../bare.ts";
import { measureStart } from "../inbox-page/start.ts";
import { observe } from "../observe.ts";
import { write } from "../results.ts";
import { startSkein } from "../skein.ts";
import { summarize } from "../statistics.ts";
import { ask, firstWord, open } from "../turn.ts";
import { measureFirstLoad } from "./first-load.ts";
import { score } from "./lighthouse.ts";
import { print } from "./print.ts";
import { seedChat } from "./seed.ts";
import { measureStreaming } from "./streaming.ts";
import { measureSwitches } from "./switches.ts";
import { say, takeN } from "../command.ts";

const MESSAGES = 1000;

const n = takeN("how often each is measured");

say("building");
build();
buildBare();
const dataDir = mkdtempSync(join(tmpdir(), "skein-bench-"));
const mock = await startMockOpenAI();
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
const options = { viewport: { width: 1280, height: 800 } };
const newPage = async (person = {}) => {
  const page = await (await browser.newContext({ ...options, ...person })).newPage();
  await observe(page);
  return page;
};

say("the bare page");
const bare = await measureBare().catch(async (error: unknown) => {
  await browser.close();
  throw error;
});

say("starting Skein");
const skein = await startSkein(mock, dataDir);
const db = createDb(skein.stack.databaseUrl, { max: 1 });
try {
  const first = await newPage();
  await open(first, skein.url);
  await ask(first, skein, 5);
  const { owner_id: ownerId } = await db.selectFrom("chat").select("owner_id").executeTakeFirstOrThrow();
  const seed = (title: string, messages: number) => seedChat(db, ownerId, title, messages);
  // The scored one stays as it is, however often the others are asked.
  const chats = { short: await seed("Short", 2), long: await seed("Long", MESSAGES), scored: await seed("Scored", 2) };
  const hundreds: [string, string] = [await seed("Hundred", 100), await seed("Another hundred", 100)];
  const storageState = await first.context().storageState();
  const person = { ...options, storageState };
  await first.context().close();
  const at = (chatId: string) => `${skein.url}/chats/${chatId}`;
  await skein.settle();

  say("first loads");
  const firstLoad = await measureFirstLoad(browser, person, at(chats.short), n);
  say(`${MESSAGES} messages`);
  const long = await measureStart(browser, person, at(chats.long), n);
  const page = await newPage(person);
  await open(page, at(chats.long));
  await skein.settle();
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  say("streaming");
  // A turn of before has a run, and another spare has booted.
  await ask(page, skein, 5);
  const streaming = await measureStreaming(page, skein);
  const turns = { short: [] as number[], long: [] as number[] };
  const shortPage = await newPage(person);
  await open(shortPage, at(chats.short));
  await ask(shortPage, skein, 5);
  for (let turn = 0; turn < n; turn++) {
    turns.long.push(firstWord(await ask(page, skein, 5)));
    turns.short.push(firstWord(await ask(shortPage, skein, 5)));
  }
  say("switches");
  await open(page, skein.url);
  const switches = await measureSwitches(page, hundreds, 2 + n, skein.settle);
  say("Lighthouse");
  const scores = await score({ start: skein.url, conversation: at(chats.scored) }, storageState.cookies);

  const firstWords = { short: summarize(turns.short), long: summarize(turns.long) };
  const results = { n, bare, skein: { firstLoad, long, elements, streaming, firstWords, switches, scores } };
  print(results);
  say(`written to ${write(results)}`);
} finally {
  await db.destroy();
  await browser.close();
  await skein.stack.stop();
  await mock.close();
  rmSync(dataDir, { recursive: true, force: true });
}

async function measureBare() {
  const app = await startBare(mock);
  const url = `${app.url}/?messages=${MESSAGES}`;
  try {
    const firstLoad = await measureFirstLoad(browser, options, `${app.url}/?messages=2`, n);
    const long = await measureStart(browser, options, url, n);
    const page = await newPage();
    await open(page, url);
    const streaming = await measureStreaming(page, app);
    await page.context().close();
    return { firstLoad, long, streaming };
  } finally {
    await app.stop();
  }
}
