import type { UIMessage } from "ai";
import { filePart, filesIn, type AttachedFile } from "./file.ts";
import type { ToolTime, Usage } from "./usage.ts";

/** The longest message, in bytes of UTF-8. The form, the conversation, the server and the agent refuse the same. */
export const MAX_MESSAGE_BYTES = 100_000;

/** What travels with a message beside its parts, in the browser, on the wire and in the database. */
export interface SkeinMetadata {
  /** On a question: the message the person saw last. It decides which branch the question belongs to. */
  after?: string | null;
  /** On a question that is an edited one: the question it was made from. */
  edits?: string;
  /** On a message that was sent into a running turn: the question of that turn. */
  steers?: string;
  /** On an answer: the question it answers, on every `start` chunk, so that a reader can tell whose turn it reads. */
  replyTo?: string;
  /** On an answer that was asked for by an action: the attempt it is, so that asking twice gives it once. */
  attempt?: string;
  /** On an answer: the model that wrote it, as `provider:model`. */
  model?: string;
  /** On an answer: what its finished steps took. */
  usage?: Usage;
  /** On an answer: the times of its tools, by the ids of their calls. */
  tools?: Record<string, ToolTime>;
  /** On an answer that somebody stopped. Only pages see it. */
  stopped?: boolean;
  /** On an answer that broke off: one clear sentence. Only pages see it. */
  error?: string;
  /** On the last message that a summary speaks for, with how many these are. Only pages see it. */
  compaction?: { summary: string; messages: number };
  createdAt?: string;
}

/** What a head start says of its answer, and what of it the runtime's hand-over leaves out: its sources and files. */
export interface HeadStartAnswer extends SkeinMetadata {
  parts?: SkeinMessage["parts"];
}

/**
 * `recovery` is transient: it says that the run was replaced and the answer starts again. `pending-message-injected` is the
 * runtime's own: there the answer goes on in view of what was sent into its turn.
 */
export type SkeinData = {
  recovery: Record<string, never>;
  "pending-message-injected": { messageIds: string[]; messages: { id: string; text: string }[] };
};

export type SkeinMessage = UIMessage<SkeinMetadata, SkeinData>;

/** The text of a message, its text parts joined. */
export function textOf(message: Pick<SkeinMessage, "parts">): string {
  return message.parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n");
}

/** What a person's message is made of. Providers refuse a text without a word in it. */
export function questionParts(text: string, files: AttachedFile[] = []): SkeinMessage["parts"] {
  return [...files.map(filePart), ...(text.trim() === "" ? [] : [{ type: "text" as const, text }])];
}

/** What a message is about in words: its text, or else the names of its files. */
export function wordsOf(message: Pick<SkeinMessage, "parts">): string {
  const text = textOf(message);
  return text.trim() === ""
    ? filesIn(message)
        .map(({ name }) => name)
        .join(", ")
    : text;
}

/** Whether a message is made of exactly this. */
export function says(message: Pick<SkeinMessage, "parts">, { text, files }: { text: string; files: AttachedFile[] }) {
  const ids = filesIn(message).map(({ id }) => id);
  return textOf(message) === text && ids.length === files.length && files.every(({ id }, at) => id === ids[at]);
}
