import type { SkeinMessage } from "./message.ts";

type Told = Pick<SkeinMessage, "id" | "role" | "metadata">;

/**
 * The message that a turn on this path answers: the last one of a person's that was not sent into the turn of another
 * one. Path: root first. Undefined: there is none.
 */
export function lastQuestion<M extends Told>(path: readonly M[]): M | undefined {
  return path.findLast((message, at) => message.role === "user" && !isPartOfTurn(path, at));
}

/** Whether a message was sent into a turn and reached it: then what comes after it answers that turn's question. */
function isPartOfTurn(path: readonly Told[], at: number): boolean {
  const steers = path[at]?.metadata?.steers;
  if (steers === undefined) return false;
  return path.slice(at + 1).find(({ role }) => role === "assistant")?.metadata?.replyTo === steers;
}

export interface SteeredIn {
  id: string;
  text: string;
}

/** What was sent into a running turn where this part of its answer stands; undefined: this part is another one. */
export function steeredIn(part: SkeinMessage["parts"][number]): SteeredIn[] | undefined {
  return part.type === "data-pending-message-injected" ? part.data.messages : undefined;
}

/** The messages that answers show where they came in, by their ids. */
export function shownInAnswers(messages: readonly Pick<SkeinMessage, "parts">[]): Set<string> {
  const shown = new Set<string>();
  // Nothing is made on the way: it is asked of every message, at every word.
  for (const { parts } of messages) for (const part of parts) for (const { id } of steeredIn(part) ?? []) shown.add(id);
  return shown;
}
