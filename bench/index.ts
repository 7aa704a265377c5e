import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import build from "../tests/support/build.global.ts";
import { chromiumFlags, findChromium } from "../tests/support/chromium.ts";
import { startMockOpenAI } from "../tests/support/mock-openai.ts";
import { buildBare, startBare } from "./bare.ts";
import { measureContinuation } from "./continuation.ts";
import { measureMemory } from "../launcher/memory.ts";
import { measureReload } from "./reload.ts";
import { print, write } from "./results.ts";
import { measureSecondStart } from "./second-start.ts";
import { startSkein } from "./skein.ts";
import { measureTurns } from "./turns.ts";
import { say, takeN } from "./command.ts";

const n = takeN("how often each measure is taken");

say("building");
build();
buildBare();

const dataDir = mkdtempSync(join(tmpdir(), "skein-bench-"));
const mock = await startMockOpenAI();
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
const newContext = () => browser.newContext({ viewport: { width: 1280, height: 800 } });

say("the bare route");
const bareApp = await startBare(mock);
const bare = await measureTurns(await newContext(), bareApp, n);
await bareApp.stop();

say("starting Skein");
let skein = await startSkein(mock, dataDir);
try {
  const context = await newContext();
  say("new chats and second turns");
  const turns = await measureTurns(context, skein, n);
  say("continuations");
  const continuation = await measureContinuation(context, skein, n);
  say("reloads");
  const reload = await measureReload(context, skein, n);
  await browser.close();
  say("second starts");
  const second = await measureSecondStart(skein, mock, dataDir);
  skein = second.skein;
  await skein.settle();
  const memory = measureMemory(skein.stack.pids());
  const results = { n, bare, skein: { ...turns, continuation, reload, secondStart: second.ready, memory } };
  print(results);
  say(`written to ${write(results)}`);
} finally {
  await skein.stack.stop();
  await browser.close();
  await mock.close();
  rmSync(dataDir, { recursive: true, force: true });
}
