import type { PathRow } from "./messages.ts";

type Row = Pick<PathRow, "id" | "role" | "metadata" | "created_at">;

/**
 * The first answer that the person has not seen. What they had before them as they wrote is seen: the page says so sooner
 * than it says that the chat was read, which may never come when they go on at once.
 */
export function newSince(path: Row[], seenAt: Date | null): string | null {
  if (seenAt === null) return null;
  const wroteBelow = new Set(path.map((row) => row.metadata?.after));
  const seen = path.findLastIndex((row) => wroteBelow.has(row.id));
  const first = path.slice(seen + 1).find((row) => row.role === "assistant" && row.created_at > seenAt);
  return first?.id ?? null;
}
