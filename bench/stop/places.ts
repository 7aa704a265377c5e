import type { Browser, BrowserContext, Page } from "@playwright/test";
import type { Skein } from "../skein.ts";
import { ask, open } from "../turn.ts";
import { observe } from "../observe.ts";
import { untilShown, watchStop } from "./watch.ts";

/** From where somebody stops an answer. */
export interface Place {
  name: string;
  /** Sends the prompt; resolves to the page that is to press Stop, once `hasBegun` has resolved. */
  begin(prompt: string, hasBegun: () => Promise<void>): Promise<Page>;
}

/** How much of an answer is there when its page is loaded again. */
const RELOAD_AT_WORD = 3;

export async function openPlaces(browser: Browser, skein: Skein): Promise<Place[]> {
  const context = await newContext(browser);
  const sender = await newPage(context);
  await open(sender, skein.url);
  await ask(sender, skein, 3);
  const tab = await newPage(context);
  await open(tab, sender.url());
  const otherContext = await newContext(browser);
  await otherContext.addCookies(await context.cookies());
  const device = await newPage(otherContext);
  await open(device, sender.url());
  let newcomer: Page | undefined;

  const sent = async (prompt: string, hasBegun: () => Promise<void>) => {
    await enter(sender, skein, prompt);
    await hasBegun();
  };
  return [
    { name: "the page that sent", begin: (...args) => sent(...args).then(() => sender) },
    {
      name: "after a reload",
      begin: async (prompt, hasBegun) => {
        await sent(prompt, hasBegun);
        if (!prompt.includes("ttft")) await untilShown(sender, prompt, RELOAD_AT_WORD);
        await sender.reload({ waitUntil: "commit" });
        return sender;
      },
    },
    { name: "another tab", begin: (...args) => sent(...args).then(() => tab) },
    { name: "another device", begin: (...args) => sent(...args).then(() => device) },
    {
      name: "a Head Start",
      begin: async (prompt, hasBegun) => {
        await newcomer?.close();
        newcomer = await newPage(context);
        await open(newcomer, skein.url);
        await enter(newcomer, skein, prompt);
        await hasBegun();
        return newcomer;
      },
    },
  ];
}

/** Types it, lets the app come to rest, presses Enter. */
async function enter(page: Page, skein: Skein, prompt: string): Promise<void> {
  await page.bringToFront();
  await page.getByLabel("Message", { exact: true }).fill(prompt);
  await skein.settle();
  await page.keyboard.press("Enter");
}

const newContext = (browser: Browser) => browser.newContext({ viewport: { width: 1280, height: 800 } });

async function newPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await observe(page);
  await watchStop(page);
  return page;
}
