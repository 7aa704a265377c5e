import { firstRows, nearRows, type Range } from "$lib/inbox/near-rows.ts";

/** Which rows of a scrolled list are drawn. Its groups are `ul`s, as high as all their rows, whose `data-count` says how many. */
export class RowWindow {
  #ranges = $state.raw<Range[] | null>(null);
  #scroller: HTMLElement | null = null;
  #frame = 0;

  /** The drawn rows of each group. */
  ranges(counts: number[]): Range[] {
    const first = firstRows(counts);
    return counts.map((count, at) => {
      const range = this.#ranges ? this.#ranges[at] : first[at];
      return { from: Math.min(range?.from ?? 0, count), to: Math.min(range?.to ?? 0, count) };
    });
  }

  attach = (scroller: HTMLElement): (() => void) => {
    this.#scroller = scroller;
    const soon = () => (this.#frame ||= requestAnimationFrame(() => this.measure()));
    const sizes = new ResizeObserver(soon);
    sizes.observe(scroller);
    scroller.addEventListener("scroll", soon, { passive: true });
    return () => {
      sizes.disconnect();
      scroller.removeEventListener("scroll", soon);
      cancelAnimationFrame(this.#frame);
      this.#scroller = null;
    };
  };

  /** Looks where the groups are. */
  measure(): void {
    this.#frame = 0;
    const screen = this.#scroller?.getBoundingClientRect();
    if (!screen || screen.height === 0) return;
    const ranges = this.#groups().map((group) => {
      const { top, height } = group.getBoundingClientRect();
      const count = Number(group.dataset.count);
      return nearRows({ top: top - screen.top, rowHeight: height / count, count }, screen.height);
    });
    if (JSON.stringify(ranges) !== JSON.stringify(this.#ranges)) this.#ranges = ranges;
  }

  /** Scrolls as little as needed to have a row on the screen. */
  reveal(group: number, at: number): void {
    const scroller = this.#scroller;
    const list = this.#groups()[group];
    if (!scroller || !list) return;
    const { top, height } = list.getBoundingClientRect();
    const rowHeight = height / Number(list.dataset.count);
    const rowTop = top - scroller.getBoundingClientRect().top + at * rowHeight;
    const below = rowTop + rowHeight - scroller.clientHeight;
    if (rowTop < 0) scroller.scrollTop += rowTop;
    else if (below > 0) scroller.scrollTop += below;
    this.measure();
  }

  #groups(): HTMLElement[] {
    return [...(this.#scroller?.querySelectorAll<HTMLElement>("ul[data-count]") ?? [])];
  }
}
