const DAY_MS = 24 * 60 * 60 * 1000;

/** When something was said, as short as it is clear: the day, and of long ago the month and the year. */
export function dayOf(at: number, timeZone: string, now = Date.now()): string {
  const isRecent = now - at < 300 * DAY_MS;
  const parts = isRecent
    ? ({ day: "numeric", month: "short" } as const)
    : ({ month: "short", year: "numeric" } as const);
  return new Intl.DateTimeFormat("en-GB", { ...parts, timeZone }).format(at);
}
