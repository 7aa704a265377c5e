import type { Browser, BrowserContextOptions } from "@playwright/test";
import { open } from "../turn.ts";

/** Scrolls the inbox to its end. The largest number of elements that the document had meanwhile. */
export async function scrollThrough(browser: Browser, person: BrowserContextOptions, url: string): Promise<number> {
  const page = await (await browser.newContext(person)).newPage();
  await open(page, url);
  const panel = page.getByRole("navigation", { name: "Chats" }).getByRole("tabpanel");
  const largest = await panel.evaluate(async (scroller) => {
    let most = 0;
    // Reading on takes a moment: what does not grow for two seconds has come to its end.
    for (let height = 0, grownAt = performance.now(); performance.now() - grownAt < 2000;) {
      scroller.scrollTop += scroller.clientHeight;
      await new Promise((resolve) => requestAnimationFrame(resolve));
      most = Math.max(most, document.querySelectorAll("*").length);
      if (scroller.scrollHeight > height || scroller.scrollTop + scroller.clientHeight < scroller.scrollHeight - 1) {
        height = scroller.scrollHeight;
        grownAt = performance.now();
      }
    }
    return most;
  });
  await page.context().close();
  return largest;
}
