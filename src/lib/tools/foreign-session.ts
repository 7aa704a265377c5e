import { AGENT } from "./agents.ts";
import { evenOut, MAX_TITLE_LENGTH } from "./chat-title.ts";

/**
 * Sessions that another surface created: a script, a bot, another app with the same key. Those that this app creates have a
 * tag, and their chat has its row before: without one they are what is left of a chat that was deleted.
 */
export const APP_TAG = "skein";

/** As `sessions.list` and `sessions.retrieve` give it. */
export interface SessionTraits {
  externalId: string | null;
  type: string;
  taskIdentifier: string;
  tags: string[];
  metadata: Record<string, unknown> | null;
  closedAt: Date | string | null;
  expiresAt: Date | string | null;
  createdAt: Date | string;
}

const OWNER = "user:";

export const ownerTag = (ownerId: string): string => `${OWNER}${ownerId}`;

/** Whose tags these are. Only who has the secret key writes them. */
export function ownerIn(tags: readonly string[]): string | undefined {
  return tags.find((tag) => tag.startsWith(OWNER))?.slice(OWNER.length);
}

/** Whether a session that has no chat can become one. Closed ones cannot: a deleted chat leaves such a session behind. */
export function isForeign(session: SessionTraits, now: number): boolean {
  const isExpired = session.expiresAt !== null && new Date(session.expiresAt).getTime() <= now;
  if (session.closedAt !== null || isExpired) return false;
  return session.type === "chat.agent" && session.taskIdentifier === AGENT && !session.tags.includes(APP_TAG);
}

/** What its maker calls it, if anything. */
export function titleIn(metadata: SessionTraits["metadata"]): string {
  const title = typeof metadata?.title === "string" ? evenOut(metadata.title) : "";
  return Array.from(title).slice(0, MAX_FOREIGN_TITLE).join("") || "New chat";
}

/** As many characters as any title may have, if each took two. */
const MAX_FOREIGN_TITLE = MAX_TITLE_LENGTH / 2;
