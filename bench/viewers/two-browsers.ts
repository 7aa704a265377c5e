import type { Browser, Page } from "@playwright/test";
import { observe, seen, untilWord } from "../observe.ts";
import type { Skein } from "../skein.ts";
import { summarize, type Summary } from "../statistics.ts";
import { ask, enter, modelMs, open, requestFor } from "../turn.ts";
import { watchFor } from "./sight.ts";

export interface Elsewhere {
  /** Enter here → the question is on the page of the other browser. */
  question: Summary;
  /** Enter here → so is the first word of its answer, less the model's own time. */
  firstWord: Summary;
}

const WORDS = 20;
/** Questions to one chat, before its length would be what is measured. */
const PER_CHAT = 5;

/** `n` turns sent in one browser and watched in another, which does nothing. `isOver`: the chat's run has ended before. */
export async function measureElsewhere(
  browser: Browser,
  skein: Skein,
  { n, isOver }: { n: number; isOver: boolean },
): Promise<Elsewhere> {
  const question: number[] = [];
  const firstWord: number[] = [];
  let pages: [Page, Page] | undefined;
  for (let sample = 0; sample < n; sample++) {
    if (!pages || sample % PER_CHAT === 0) {
      await close(pages);
      pages = await twoOf(browser, skein);
    }
    const [here, there] = pages;
    if (isOver) {
      // A run that ends before its turn is saved leaves the turn to be answered again.
      await skein.settle();
      await skein.endRun(new URL(here.url()).pathname.split("/").at(-1) ?? "");
    }
    let sight: ReturnType<typeof watchFor> | undefined;
    const watching = {
      ...skein,
      // The last thing before Enter, when the prompt is known.
      settle: async () => {
        await skein.settle();
        sight = watchFor(there, await here.getByLabel("Message", { exact: true }).inputValue());
        await sight;
      },
    };
    const prompt = await enter(here, watching, WORDS);
    const { questionAt, firstWordAt } = (await (await sight)?.()) ?? { questionAt: NaN, firstWordAt: NaN };
    await untilWord(here, WORDS);
    const { enteredAt } = await seen(here);
    question.push(questionAt - enteredAt);
    firstWord.push(firstWordAt - enteredAt - modelMs(requestFor(skein.mock, prompt)));
  }
  await close(pages);
  return { question: summarize(question), firstWord: summarize(firstWord) };
}

/** One person's chat of one turn, open in two browsers. */
async function twoOf(browser: Browser, skein: Skein): Promise<[Page, Page]> {
  const viewport = { width: 1280, height: 800 };
  const here = await (await browser.newContext({ viewport })).newPage();
  await observe(here);
  await open(here, skein.url);
  await ask(here, skein, 5);
  const storageState = await here.context().storageState();
  const there = await (await browser.newContext({ viewport, storageState })).newPage();
  await open(there, here.url());
  return [here, there];
}

async function close(pages: Page[] = []): Promise<void> {
  for (const page of pages) await page.context().close();
}
