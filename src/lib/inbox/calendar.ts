/** A day of a calendar; months from 1. */
export interface Day {
  year: number;
  month: number;
  day: number;
}
/** The day of a moment (epoch milliseconds), where a person's clock is. */
export type DayOf = (at: number) => Day;

/** What a clock shows, as "2026-11-21 00:30:00". Making one takes milliseconds, and a server serves many in few zones. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockIn(timeZone: string): Intl.DateTimeFormat {
  let known = clocks.get(timeZone);
  if (!known) {
    known = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
    clocks.set(timeZone, known);
  }
  return known;
}

/** By any clock of the world. A browser takes 30 ms until it can: everything that names a time zone loads all of them. */
export function dayIn(timeZone: string): DayOf {
  return (at) => {
    const [year = 0, month = 0, day = 0] = clockIn(timeZone).format(at).slice(0, 10).split("-").map(Number);
    return { year, month, day };
  };
}

/** By the clock of this machine, which is free. */
export const ownDay: DayOf = (at) => {
  const date = new Date(at);
  return { year: date.getFullYear(), month: date.getMonth() + 1, day: date.getDate() };
};

/** How many minutes a clock is ahead of UTC at a moment. */
export function minutesAhead(timeZone: string, at: number): number {
  const clock = clockIn(timeZone).format(at);
  return Math.round((Date.parse(`${clock.replace(" ", "T")}Z`) - at) / 60_000);
}

/** What cuts a person's days in their browser: its own clock, unless it shows another time than the one that is meant. */
export function dayOfPage(zone: { name: string; minutesAhead: number }, now: number): DayOf {
  return new Date(now).getTimezoneOffset() === -zone.minutesAhead ? ownDay : dayIn(zone.name);
}

/** The browser's time zone as its cookie says, if this server knows such a zone. */
export function knownTimeZone(name: string | undefined): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}
