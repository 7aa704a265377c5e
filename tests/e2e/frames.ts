import type { Page } from "@playwright/test";

/** What one frame showed of the conversation, in pixels. */
export interface Frame {
  top: number;
  /** How far the end of the scrolled area is below the screen. */
  rest: number;
  /** The same for the end of the last message. */
  last: number;
  /** Where the row watched begins, from the top of the conversation; null: it is not there. */
  row: number | null;
  /** How much the last message says. */
  length: number;
  height: number;
}

type Watching = typeof globalThis & { noted: Frame[] };

/**
 * Notes every frame as it is painted, from now on: with what `row` finds, a selector. The element whose size changes in
 * each frame has its observer called after the page's own, when they have moved what they want to move.
 */
export async function watchFrames(page: Page, row: string): Promise<() => Promise<Frame[]>> {
  await page.evaluate((selector) => {
    const frames: Frame[] = [];
    const isRunning = "noted" in globalThis;
    Object.assign(globalThis, { noted: frames, watched: selector });
    if (isRunning) return;
    const pulse = document.createElement("div");
    pulse.style.cssText = "position: fixed; top: 0; left: 0; height: 1px; visibility: hidden";
    document.body.append(pulse);
    new ResizeObserver(() => {
      const log = document.querySelector("[role=log]");
      if (!log) return;
      const { top, bottom } = log.getBoundingClientRect();
      const last = [...log.querySelectorAll("article[data-place]")].at(-1);
      const watched = log.querySelector((globalThis as unknown as { watched: string }).watched);
      (globalThis as Watching).noted.push({
        ...{ top: log.scrollTop, rest: log.scrollHeight - log.clientHeight - log.scrollTop },
        ...{ last: (last?.getBoundingClientRect().bottom ?? 0) - bottom, length: last?.textContent.length ?? 0 },
        ...{ row: watched ? watched.getBoundingClientRect().top - top : null, height: log.scrollHeight },
      });
    }).observe(pulse);
    const beat = () => {
      pulse.style.width = pulse.style.width === "1px" ? "2px" : "1px";
      requestAnimationFrame(beat);
    };
    beat();
  }, row);
  return () => page.evaluate(() => (globalThis as Watching).noted);
}

/** From one frame to the next, the greatest way that the row went. */
export const jumpOf = (frames: Frame[]) =>
  frames.reduce((most, { row }, at) => {
    const before = frames[at - 1]?.row ?? row;
    return row === null || before === null ? most : Math.max(most, Math.abs(row - before));
  }, 0);
