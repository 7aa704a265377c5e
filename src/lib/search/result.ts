/** A piece of a title or of what was said; `isMatch`: it is what was looked for. */
export interface Segment {
  text: string;
  isMatch: boolean;
}

export interface SearchResult {
  chatId: string;
  title: Segment[];
  isArchived: boolean;
  /** When it was said, or the chat was last active; milliseconds since the epoch. */
  at: number;
  /** Null: it is the title that was found. */
  messageId: string | null;
  role: "user" | "assistant" | null;
  snippet: Segment[];
}

/** What is looked for is cut off here. */
export const MAX_QUERY_LENGTH = 200;
