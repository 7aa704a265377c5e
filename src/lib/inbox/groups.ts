import type { Day, DayOf } from "./calendar.ts";
import type { InboxRow } from "./row.ts";

export interface InboxGroup {
  title: string;
  rows: InboxRow[];
}

/** What needs the person comes first, then what they pinned, then the rest by its date. */
export function groupRows(rows: InboxRow[], now: number, dayOf: DayOf): InboxGroup[] {
  const needsYou = rows.filter((row) => row.state === "Needs you");
  const pinned = rows.filter((row) => row.state !== "Needs you" && row.isPinned);
  const rest = rows.filter((row) => row.state !== "Needs you" && !row.isPinned);
  const first = [
    { title: "Needs you", rows: needsYou },
    { title: "Pinned", rows: pinned },
  ].filter((group) => group.rows.length > 0);
  return [...first, ...groupByDate(rest, now, dayOf)];
}

/**
 * Rows (newest activity first) under "Today", "Yesterday", "Previous 7 days" and months. `now` and the calendar come from
 * the page's data, so that the server and the browser cut the days at the same place.
 */
export function groupByDate(rows: InboxRow[], now: number, dayOf: DayOf): InboxGroup[] {
  const titleOf = dayTitles(now, dayOf);
  const groups: InboxGroup[] = [];
  for (const row of rows) {
    const title = titleOf(row.at);
    const last = groups.at(-1);
    if (last?.title === title) last.rows.push(row);
    else groups.push({ title, rows: [row] });
  }
  return groups;
}

function dayTitles(now: number, dayOf: DayOf): (at: number) => string {
  // Counted as UTC midnights of the local date, so that a 23- or 25-hour day is still one day.
  const numberOf = ({ year, month, day }: Day) => Date.UTC(year, month - 1, day) / DAY_MS;
  const today = dayOf(now);

  const titleOf = (at: number) => {
    const day = dayOf(at);
    const age = numberOf(today) - numberOf(day);
    if (age <= 0) return "Today";
    if (age === 1) return "Yesterday";
    if (age <= 7) return "Previous 7 days";
    const month = MONTHS[day.month - 1] ?? "";
    return day.year === today.year ? month : `${month} ${day.year}`;
  };

  // Reading ten thousand dates takes a tenth of a second. Nowhere does a day begin within a quarter of an hour.
  const known = new Map<number, string>();
  return (at) => {
    const quarter = Math.floor(at / QUARTER_MS);
    const title = known.get(quarter) ?? titleOf(at);
    known.set(quarter, title);
    return title;
  };
}

const DAY_MS = 86_400_000;
const QUARTER_MS = 900_000;
const MONTHS = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
];
