import type { Page } from "@playwright/test";

export interface Switch {
  /** Click → the other branch is painted, in milliseconds. */
  paintedMs: number;
  /** How far the fork moved on the screen, in pixels. */
  movedPx: number;
}

/** Brings the fork at that place of the path onto the screen, wherever it is. */
export async function show(page: Page, place: number): Promise<void> {
  await page.evaluate(async (place) => {
    const row = () => document.querySelector(`[data-place="${place}"]`);
    const frame = () => new Promise(requestAnimationFrame);
    // Rows on the way get their real heights, which moves the row: again, until it stays.
    for (let top = NaN; row() !== null && row()?.getBoundingClientRect().top !== top;) {
      row()?.scrollIntoView({ block: "center" });
      await frame();
      top = row()?.getBoundingClientRect().top ?? NaN;
      await frame();
    }
  }, place);
  await page.waitForSelector(`[data-place="${place}"] [data-branches]`);
}

/** Presses the one button of the picker that leads anywhere, and waits for the frame that shows where. */
export function press(page: Page, place: number): Promise<Switch> {
  return page.evaluate(async (place) => {
    const row = () => document.querySelector<HTMLElement>(`[role=log] article[data-place="${place}"]`);
    const shown = row()?.dataset.messageId;
    const top = row()?.getBoundingClientRect().top ?? NaN;
    const button = row()?.querySelector<HTMLElement>("[data-branches] button:not([aria-disabled=true])");
    const painted = () =>
      new Promise<void>((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve();
        // A task posted by the frame's callback runs once the frame is painted.
        requestAnimationFrame(() => port2.postMessage(null));
      });
    const at = performance.now();
    button?.click();
    do await painted();
    while (row()?.dataset.messageId === shown || row() === null);
    return { paintedMs: performance.now() - at, movedPx: Math.abs((row()?.getBoundingClientRect().top ?? NaN) - top) };
  }, place);
}
