import type { InboxRow } from "./row.ts";

export interface InboxGroup {
  title: string;
  rows: InboxRow[];
}

/** What needs the person comes first, then what they pinned, then the rest by its date. */
export function groupRows(rows: InboxRow[], now: number, timeZone: string): InboxGroup[] {
  const needsYou = rows.filter((row) => row.state === "Needs you");
  const pinned = rows.filter((row) => row.state !== "Needs you" && row.isPinned);
  const rest = rows.filter((row) => row.state !== "Needs you" && !row.isPinned);
  const first = [
    { title: "Needs you", rows: needsYou },
    { title: "Pinned", rows: pinned },
  ].filter((group) => group.rows.length > 0);
  return [...first, ...groupByDate(rest, now, timeZone)];
}

/**
 * Rows (newest activity first) under "Today", "Yesterday", "Previous 7 days" and months. `now` and `timeZone` come from
 * the page's data, so that the server and the browser cut the days at the same place.
 */
export function groupByDate(rows: InboxRow[], now: number, timeZone: string): InboxGroup[] {
  const titleOf = dayTitles(now, timeZone);
  const groups: InboxGroup[] = [];
  for (const row of rows) {
    const title = titleOf(row.at);
    const last = groups.at(-1);
    if (last?.title === title) last.rows.push(row);
    else groups.push({ title, rows: [row] });
  }
  return groups;
}

function dayTitles(now: number, timeZone: string): (at: number) => string {
  const day = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  const month = new Intl.DateTimeFormat("en", { timeZone, month: "long" });
  const monthAndYear = new Intl.DateTimeFormat("en", { timeZone, month: "long", year: "numeric" });
  // Calendar days are counted as UTC midnights of the local date, so that a 23- or 25-hour day is still one day.
  const dayNumber = (at: number) => Date.parse(`${day.format(at)}T00:00:00Z`) / 86_400_000;
  const today = dayNumber(now);
  const thisYear = day.format(now).slice(0, 4);

  const titleOf = (at: number) => {
    const age = today - dayNumber(at);
    if (age <= 0) return "Today";
    if (age === 1) return "Yesterday";
    if (age <= 7) return "Previous 7 days";
    return day.format(at).startsWith(thisYear) ? month.format(at) : monthAndYear.format(at);
  };

  // Formatting ten thousand dates takes a tenth of a second. Nowhere does a day begin within a quarter of an hour.
  const known = new Map<number, string>();
  return (at) => {
    const quarter = Math.floor(at / QUARTER_MS);
    const title = known.get(quarter) ?? titleOf(at);
    known.set(quarter, title);
    return title;
  };
}

const QUARTER_MS = 900_000;

/** The browser's time zone as its cookie says, if this server knows such a zone. */
export function knownTimeZone(name: string | undefined): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}
