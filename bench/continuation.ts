import type { BrowserContext } from "@playwright/test";
import { observe } from "./observe.ts";
import type { Skein } from "./skein.ts";
import { ask, open, type Turn } from "./turn.ts";
import { figures, type TurnFigures } from "./turns.ts";

/** `n` questions to chats whose run has ended in between: the next run starts in the warm spare process. */
export async function measureContinuation(context: BrowserContext, skein: Skein, n: number): Promise<TurnFigures> {
  const turns: Turn[] = [];
  for (let chat = 0; chat < n; chat++) {
    const page = await context.newPage();
    await observe(page);
    await open(page, skein.url);
    await ask(page, skein, 5);
    await skein.settle();
    await skein.endRun(new URL(page.url()).pathname.split("/").at(-1) ?? "");
    turns.push(await ask(page, skein, 20));
    await page.close();
  }
  return figures(turns);
}
