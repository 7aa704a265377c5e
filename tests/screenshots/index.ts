import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from "@playwright/test";
import { chatIdOf, openNewChat, startChat } from "../e2e/conversation.ts";
import build from "../support/build.global.ts";
import { chromiumFlags, findChromium } from "../support/chromium.ts";
import { startStack } from "../support/stack.ts";
import { addOtherChats } from "./chats.ts";
import { isReady, type Scene, SCENES } from "./scenes.ts";

/** Every screen and state of the app as pictures, by the demo model: `npm run screenshots`, or `-- --only question`. */

const FOLDER = fileURLToPath(new URL("../../docs/screenshots/", import.meta.url));
const QUALITY = 82;
const SIZES: Record<string, BrowserContextOptions> = {
  wide: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 664 }, hasTouch: true, isMobile: true },
};
const THEMES = ["light", "dark"] as const;

const { values } = parseArgs({ options: { only: { type: "string", multiple: true } } });

build();
const stack = await startStack({ env: { DEMO_TTFT_MS: "50", DEMO_TOKENS_PER_SECOND: "50" } });
const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags });
try {
  const owner = await (await browser.newContext({ baseURL: stack.url })).newPage();
  await openNewChat(owner);
  await startChat(owner, "What happens to an answer when I reload the page?");
  await addOtherChats(stack.databaseUrl, chatIdOf(owner));
  if (!values.only) rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const cookies = await owner.context().storageState();
  for (const scene of SCENES) {
    await scene.prepare?.(owner);
    if (values.only && !values.only.includes(scene.name)) continue;
    for (const [size, options] of Object.entries(SIZES)) {
      if (scene.isForPhones && size !== "phone") continue;
      const storageState = scene.isNewcomer ? undefined : cookies;
      for (const colorScheme of THEMES) {
        const context = await browser.newContext({ ...options, baseURL: stack.url, colorScheme, storageState });
        await take(context, scene, scene.isNewcomer ? "/" : owner.url(), `${scene.name}-${size}-${colorScheme}`);
      }
    }
    console.log(scene.name);
  }
} finally {
  await browser.close();
  await stack.stop();
}

async function take(context: BrowserContext, { show }: Scene, address: string, name: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(address);
  await isReady(page);
  await show?.(page);
  await isStill(page);
  writeFileSync(`${FOLDER}${name}.webp`, await picture(page));
  await context.close();
}

/** What slides or fades has arrived. */
async function isStill(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const finite = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(finite.map((one) => one.finished));
  });
}

/** Chromium writes WebP, a third of a PNG, though Playwright does not offer it. */
async function picture(page: Page): Promise<Buffer> {
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
  return Buffer.from(data, "base64");
}
