import type { ToolRequest } from "../tools/requests.ts";

/** What one row of the inbox shows. Made on the server, so that nothing else of the chat travels with the list. */
export interface InboxRow {
  id: string;
  title: string;
  /** The beginning of what was said last, or why it failed; empty while that is only the question the title already shows. */
  preview: string;
  state: RowState | null;
  /** What the chat waits for, which can be answered from here. */
  needs: ToolRequest | null;
  isPinned: boolean;
  isArchived: boolean;
  /** Last activity, milliseconds since the epoch. */
  at: number;
  /** A session that another surface created: it is a chat as soon as it is opened. */
  isForeign?: true;
}

/** The place of a row in its list. */
export type RowKey = Pick<InboxRow, "at" | "id">;

export const VIEWS = ["inbox", "archived"] as const;
export type InboxView = (typeof VIEWS)[number];

/** The states that a list can be narrowed to. */
export const FILTERS = ["Needs you", "Running", "Unread"] as const;
export type InboxFilter = (typeof FILTERS)[number];

/** Which rows a list has. */
export interface Listing {
  view: InboxView;
  filter: InboxFilter | null;
}

export const holds = ({ view, filter }: Listing, row: InboxRow): boolean =>
  row.isArchived === (view === "archived") && (filter === null || row.state === filter);

/** How many chats outside the archive are in these states, as far as MAX_COUNT. */
export type InboxCounts = Record<InboxFilter, number>;
export const MAX_COUNT = 100;

/** Rows as the database had them at that time of the server's clock, in milliseconds. */
export interface InboxRows {
  rows: InboxRow[];
  counts: InboxCounts;
  now: number;
}

/** A stretch of a list, newest first. The first one has all that are pinned as well, however old. */
export interface InboxPage extends InboxRows {
  /** Where the next stretch begins, after this key; null: there is none. */
  end: RowKey | null;
}

/** What a person needs to know about a chat; the texts are what screen readers and tests find. */
export type RowState = InboxFilter | "Failed" | "Closed";

interface ChatState {
  status: "idle" | "running" | "needs_you" | "failed";
  last_activity_at: Date;
  last_read_at: Date | null;
}

/** The most urgent state wins: what waits for the person, then what works for them, then what went wrong, then news. */
export function rowState(chat: ChatState): RowState | null {
  if (chat.status === "needs_you") return "Needs you";
  if (chat.status === "running") return "Running";
  if (chat.status === "failed") return "Failed";
  const isUnread = chat.last_read_at === null || chat.last_activity_at > chat.last_read_at;
  return isUnread ? "Unread" : null;
}

/** What Markdown would not show: headings, emphasis, fences, table lines. */
const MARKUP = /(^|\s)(#{1,6}|[-+>]|```\w*)(?=\s)|[*`|]+/g;

/** What the beginning of a message says, on one line. */
export const plainPreview = (preview: string): string => preview.replace(MARKUP, " ").replace(/\s+/g, " ").trim();

/** As much of a preview as a row can show. */
const PREVIEW_LENGTH = 64;

export function rowPreview(chat: { title: string; preview: string; status: string; status_detail: string | null }) {
  const { title } = chat;
  const said = (chat.status === "failed" && chat.status_detail) || chat.preview;
  const preview = plainPreview(said);
  // A title that was cut says the beginning of it.
  const repeatsTitle = title.endsWith("…") ? preview.startsWith(title.slice(0, -1)) : preview === title;
  // Cut between characters: half an emoji is not text.
  return repeatsTitle ? "" : Array.from(preview).slice(0, PREVIEW_LENGTH).join("");
}
