import type { InboxRow } from "./row.ts";

/** What became of a chat that nobody looks at. */
export interface News {
  chatId: string;
  title: string;
  text: string;
}

const TEXTS: Partial<Record<NonNullable<InboxRow["state"]>, string>> = {
  "Needs you": "needs you",
  Failed: "could not be answered",
  Unread: "has an answer",
};

/** What is worth a notice: that a chat which ran needs the person, failed or has its answer. */
export function newsOf(before: InboxRow | undefined, after: InboxRow): News | null {
  if (before?.state !== "Running" && !(after.state === "Needs you" && before?.state !== "Needs you")) return null;
  const text = after.state === null ? undefined : TEXTS[after.state];
  return text === undefined ? null : { chatId: after.id, title: after.title, text };
}
