import type { BrowserContext } from "@playwright/test";
import { observe, seen, untilWord } from "./observe.ts";
import { summarize, type Summary } from "./statistics.ts";
import { ask, enter, open, requestFor, wordDelays, type Target } from "./turn.ts";

/** How much of the answer is there when the page is loaded again, and how long it is. */
const AT_WORD = 40;
const WORDS = 120;
/** Questions to one chat, before its length would be what is measured. */
const PER_CHAT = 5;

/** Navigation start → all that was there before is painted again; then how fast words are. */
export async function measureReload(
  context: BrowserContext,
  target: Target,
  n: number,
): Promise<{ painted: Summary; wordsAfter: Summary }> {
  const painted: number[] = [];
  const wordsAfter: number[] = [];
  let page = await context.newPage();
  for (let sample = 0; sample < n; sample++) {
    if (sample % PER_CHAT === 0) {
      await page.close();
      page = await context.newPage();
      await observe(page);
      await open(page, target.url);
      await ask(page, target, 5);
    }
    const prompt = await enter(page, target, WORDS);
    await untilWord(page, AT_WORD);
    const before = await seen(page);
    await page.reload({ waitUntil: "commit" });
    await untilWord(page, WORDS);
    const after = await seen(page);
    const shown = after.paints.find(({ words }) => words >= before.words.length - 1);
    if (!shown) throw new Error("the answer was not painted again");
    painted.push(shown.at - after.navigatedAt);
    wordsAfter.push(...wordDelays({ seen: after, request: requestFor(target.mock, prompt) }, shown.words + 1));
  }
  await page.close();
  return { painted: summarize(painted), wordsAfter: summarize(wordsAfter) };
}
