import type { UIMessage } from "ai";

/** What travels with a message beside its parts, in the browser, on the wire and in the database. */
export interface SkeinMetadata {
  /** On a question: the message the person saw last. It decides which branch the question belongs to. */
  after?: string | null;
  /** On an answer: the question it answers, on every `start` chunk, so that a reader can tell whose turn it reads. */
  replyTo?: string;
  /** On an answer: the model that wrote it, as `provider:model`. */
  model?: string;
  /** On an answer that somebody stopped. Only pages see it. */
  stopped?: boolean;
  /** On an answer that broke off: one clear sentence. Only pages see it. */
  error?: string;
  createdAt?: string;
}

/** `recovery` is transient: it says that the run was replaced and the answer starts again. */
export type SkeinData = { recovery: Record<string, never> };

export type SkeinMessage = UIMessage<SkeinMetadata, SkeinData>;

/** The text of a message, its text parts joined. */
export function textOf(message: Pick<SkeinMessage, "parts">): string {
  return message.parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n");
}
