/** Whether any of a row can be seen in its scroller. Without one, none can. */
export function onScreenOf(scroller: Element | null): (row: Element) => boolean {
  const screen = scroller?.getBoundingClientRect();
  return (row) => {
    const { top, bottom } = row.getBoundingClientRect();
    return screen !== undefined && bottom > screen.top && top < screen.bottom;
  };
}
