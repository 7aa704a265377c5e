import type { SkeinMessage } from "../tools/message.ts";
import { lastQuestion } from "../tools/steering.ts";
import { sameContent } from "./same-content.ts";

/** The id of the message a turn on this path answers. */
export function questionOf(messages: SkeinMessage[]): string | null {
  return lastQuestion(messages)?.id ?? null;
}

/** What this page has of a chat beside the path that was read from the database. */
export interface Unstored {
  shown: SkeinMessage[];
  /** The person's own messages that are not in the database yet, in the order they were sent. */
  own: SkeinMessage[];
  /** A turn runs on this path. */
  isRunning: boolean;
  /** Whether the database has ever had this message, on whichever branch. */
  isStored?: (id: string) => boolean;
}

/**
 * What to show when fresh messages come from the database: those, then the person's own that are not stored yet. What is
 * shown already and says the same keeps its identity, so that nothing is drawn again. While a turn runs its partial
 * answer is in no database; what is shown of it stays until the stream brings it again.
 */
export function mergeStored(stored: SkeinMessage[], unstored: Unstored): SkeinMessage[] {
  const { shown, own, isRunning, isStored = () => false } = unstored;
  const now = new Map(shown.map((message) => [message.id, message]));
  const known = new Set(stored.map((message) => message.id));
  const path = stored.map((message) => {
    const same = now.get(message.id);
    return same && sameContent(same, message) ? same : message;
  });
  // An answer that is stored elsewhere belongs there: this question is being answered anew.
  const isPartial = ({ id }: SkeinMessage) => !known.has(id) && !isStored(id);
  if (isRunning) path.push(...answersTo(shown, questionOf(stored)).filter(isPartial));
  const merged = own.reduce((path, message) => (known.has(message.id) ? path : addOwn(path, message, isStored)), path);
  const unchanged = merged.length === shown.length && merged.every((message, at) => message === shown[at]);
  return unchanged ? shown : merged;
}

/** A message follows the path unless it was written for another branch; an edited one stands in for what it edits. */
function addOwn(path: SkeinMessage[], message: SkeinMessage, isStored: (id: string) => boolean): SkeinMessage[] {
  const { after = null, edits } = message.metadata ?? {};
  const at = path.findIndex(({ id }) => id === after);
  const isHere = after === null || at >= 0;
  if (edits !== undefined) return isHere ? [...path.slice(0, at + 1), message] : path;
  return isHere || !isStored(after) ? [...path, message] : path;
}

/** The answers that directly follow a message in the list shown. */
function answersTo(shown: SkeinMessage[], question: string | null): SkeinMessage[] {
  const from = shown.findIndex((message) => message.id === question) + 1;
  if (from === 0) return [];
  const until = shown.findIndex((message, at) => at >= from && message.role === "user");
  return shown.slice(from, until === -1 ? undefined : until);
}

/**
 * Makes room for an answer that is about to begin: it stands right after its question, before messages that wait for the
 * next turn, and what was shown of a run that died gives way to it.
 */
export function placeAnswer(
  shown: SkeinMessage[],
  question: string | null,
  answerId: string | undefined,
  isStored: (id: string) => boolean,
): SkeinMessage[] {
  if (!answerId) return shown;
  const from = shown.findIndex((message) => message.id === question) + 1;
  if (from === 0) return shown;
  const answers = answersTo(shown, question);
  const kept = answers.filter((message) => message.id === answerId || isStored(message.id));
  const after = shown.slice(from + answers.length);
  const isThere = kept.some((message) => message.id === answerId);
  // At the end of the list `Chat` appends it by itself.
  if (isThere || after.length === 0) {
    return kept.length === answers.length ? shown : [...shown.slice(0, from), ...kept, ...after];
  }
  const empty: SkeinMessage = { id: answerId, role: "assistant", parts: [] };
  return [...shown.slice(0, from), ...kept, empty, ...after];
}
