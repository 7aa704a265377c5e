import type { SkeinMessage } from "../tools/message.ts";
import { sameContent } from "./same-content.ts";

/** The id of the message a turn on this path answers: the last one a person wrote. */
export function questionOf(messages: SkeinMessage[]): string | null {
  return messages.findLast((message) => message.role === "user")?.id ?? null;
}

/**
 * What to show when fresh messages come from the database: those, then the person's own that are not stored yet. What is
 * shown already and says the same keeps its identity, so that nothing is drawn again. While a turn runs its partial
 * answer is in no database; what is shown of it stays until the stream brings it again.
 */
export function mergeStored(
  shown: SkeinMessage[],
  stored: SkeinMessage[],
  unstored: SkeinMessage[],
  isRunning: boolean,
): SkeinMessage[] {
  const now = new Map(shown.map((message) => [message.id, message]));
  const known = new Set(stored.map((message) => message.id));
  const merged = stored.map((message) => {
    const same = now.get(message.id);
    return same && sameContent(same, message) ? same : message;
  });
  const partial = isRunning ? answersTo(shown, questionOf(stored)).filter((message) => !known.has(message.id)) : [];
  merged.push(...partial, ...unstored.filter((message) => !known.has(message.id)));
  const unchanged = merged.length === shown.length && merged.every((message, at) => message === shown[at]);
  return unchanged ? shown : merged;
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
  storedIds: ReadonlySet<string>,
): SkeinMessage[] {
  if (!answerId) return shown;
  const from = shown.findIndex((message) => message.id === question) + 1;
  if (from === 0) return shown;
  const answers = answersTo(shown, question);
  const kept = answers.filter((message) => message.id === answerId || storedIds.has(message.id));
  const after = shown.slice(from + answers.length);
  const isThere = kept.some((message) => message.id === answerId);
  // At the end of the list `Chat` appends it by itself.
  if (isThere || after.length === 0) {
    return kept.length === answers.length ? shown : [...shown.slice(0, from), ...kept, ...after];
  }
  const empty: SkeinMessage = { id: answerId, role: "assistant", parts: [] };
  return [...shown.slice(0, from), ...kept, empty, ...after];
}
