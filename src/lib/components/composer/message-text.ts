import { MAX_MESSAGE_BYTES } from "../../tools/message.ts";

/** The sentence that refuses this text, or null when it can be sent. Files can go without a word. */
export function problemOf(text: string, hasFiles = false): string | null {
  if (text.trim() === "") return hasFiles ? null : "Write a message first.";
  // A character is at least one byte: the cheap test spares encoding a text of megabytes.
  if (text.length > MAX_MESSAGE_BYTES || new TextEncoder().encode(text).length > MAX_MESSAGE_BYTES) return TOO_LONG;
  return null;
}

export const TOO_LONG = "This message is too long: 100 kB is the most one message can hold. Your text is still here.";
