import type { BrowserContext } from "@playwright/test";
import { observe } from "./observe.ts";
import { summarize, type Summary } from "./statistics.ts";
import { ask, firstWord, open, untilAsked, wordDelays, type Target, type Turn } from "./turn.ts";

export interface TurnFigures {
  firstWord: Summary;
  /** The parts of it: Enter → the model is asked, first word sent → first word in the DOM. */
  untilAsked: Summary;
  firstDelay: Summary;
  words: Summary;
}

/**
 * `n` chats of a first and a second question each. A new chat loads a page, starts a session and a run; the second
 * question finds all of that there.
 */
export async function measureTurns(
  context: BrowserContext,
  target: Target,
  n: number,
): Promise<{ newChat: TurnFigures; secondTurn: TurnFigures }> {
  const first: Turn[] = [];
  const second: Turn[] = [];
  for (let chat = 0; chat < n; chat++) {
    const page = await context.newPage();
    await observe(page);
    await open(page, target.url);
    first.push(await ask(page, target, 50));
    second.push(await ask(page, target, 100));
    await page.close();
  }
  return { newChat: figures(first), secondTurn: figures(second) };
}

export function figures(turns: Turn[]): TurnFigures {
  return {
    firstWord: summarize(turns.map(firstWord)),
    untilAsked: summarize(turns.map(untilAsked)),
    firstDelay: summarize(turns.flatMap((turn) => wordDelays(turn).slice(0, 1))),
    words: summarize(turns.flatMap((turn) => wordDelays(turn, 2))),
  };
}
