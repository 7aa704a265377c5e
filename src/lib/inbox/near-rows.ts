/** From the first to the one after the last. */
export interface Range {
  from: number;
  to: number;
}

/** What is drawn of each group before anybody can say where the screen is. */
const AT_FIRST = 30;

/** So many rows beyond the screen are drawn, on either side. */
const BEYOND = 8;

/** The first rows, over all groups. */
export function firstRows(counts: number[]): Range[] {
  let left = AT_FIRST;
  return counts.map((count) => {
    const to = Math.min(count, left);
    left -= to;
    return { from: 0, to };
  });
}

/** The rows of a group that are near the screen; `top` is where it begins, from the top of the screen down. */
export function nearRows(group: { top: number; rowHeight: number; count: number }, screenHeight: number): Range {
  const { top, rowHeight, count } = group;
  if (rowHeight <= 0) return { from: 0, to: 0 };
  const within = (at: number) => Math.min(count, Math.max(0, at));
  const from = within(Math.floor(-top / rowHeight) - BEYOND);
  return { from, to: Math.max(from, within(Math.ceil((screenHeight - top) / rowHeight) + BEYOND)) };
}
