import type { Browser, BrowserContext, Page } from "@playwright/test";
import { observe } from "../observe.ts";
import type { Skein } from "../skein.ts";
import { ask, open } from "../turn.ts";

/** From where somebody stops an answer. */
export interface Place {
  /** Sends the prompt; resolves to the page that is to press Stop, once `hasBegun` has resolved. */
  begin(prompt: string, hasBegun: () => Promise<void>): Promise<Page>;
  /** Closes the pages. */
  end(): Promise<void>;
}

type OpenPlace = (browser: Browser, skein: Skein) => Promise<Place>;

export const PLACES: [string, OpenPlace][] = [
  ["the page that sent", (...on) => inAChat(...on, (sender) => Promise.resolve(sender))],
  ["after a reload", (...on) => inAChat(...on, (sender) => Promise.resolve(sender), reload)],
  ["another tab", (...on) => inAChat(...on, (sender) => sender.context().newPage())],
  ["another device", (browser, skein) => inAChat(browser, skein, (sender) => onADevice(browser, sender))],
  ["a Head Start", inNewChats],
];

/** The second and later turns of one chat, stopped by a page that stays open beside the one that sends. */
async function inAChat(
  browser: Browser,
  skein: Skein,
  openStopper: (sender: Page) => Promise<Page>,
  begun: (stopper: Page) => Promise<unknown> = () => Promise.resolve(),
): Promise<Place> {
  const sender = await newPage(await newContext(browser));
  await open(sender, skein.url);
  await ask(sender, skein, 3);
  const stopper = await openStopper(sender);
  if (stopper !== sender) await open(stopper, sender.url());
  return {
    begin: async (prompt, hasBegun) => {
      await enter(sender, skein, prompt);
      await hasBegun();
      await begun(stopper);
      return stopper;
    },
    end: async () => {
      await stopper.context().close();
      await sender.context().close();
    },
  };
}

/** The first turn of a new chat each. */
async function inNewChats(browser: Browser, skein: Skein): Promise<Place> {
  const context = await newContext(browser);
  let page: Page | undefined;
  return {
    begin: async (prompt, hasBegun) => {
      await page?.close();
      page = await newPage(context);
      await open(page, skein.url);
      await enter(page, skein, prompt);
      await hasBegun();
      return page;
    },
    end: () => context.close(),
  };
}

/** A page is alive once the focus is in its composer: before, nobody can press anything. */
async function reload(page: Page): Promise<void> {
  await page.reload({ waitUntil: "commit" });
  await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
}

async function onADevice(browser: Browser, sender: Page): Promise<Page> {
  const context = await newContext(browser);
  await context.addCookies(await sender.context().cookies());
  return context.newPage();
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
  // What `ask` waits for.
  await observe(page);
  return page;
}
