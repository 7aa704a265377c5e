import { isOnline } from "./network.ts";

/** Of a chat that was there and is not any more. */
export const DELETED = "This chat was deleted.";
export const GONE = "This chat is not yours or no longer exists.";

/** One sentence for the person about a message that could not be sent. */
export function errorSentence(error: unknown, hasConnection = isOnline()): string {
  const status = statusOf(error);
  if (status === 403 || status === 404) return GONE;
  if (status === 401) return "Your visit has expired: reload the page.";
  if (status === 413) return "This message is too long.";
  if (status === 409) return "This chat is closed. Start a new one to go on.";
  if (status === 429) return "Too many messages at once. Wait a moment, then retry.";
  if (!hasConnection) return "You are offline.";
  if (status === undefined && error instanceof TypeError) return "The server cannot be reached.";
  if (status !== undefined && status >= 500) return "The server cannot take messages right now.";
  return "The message could not be sent.";
}

/** The HTTP status an error stands for, if any. */
export function statusOf(error: unknown): number | undefined {
  const status = error !== null && typeof error === "object" && "status" in error ? error.status : undefined;
  return typeof status === "number" ? status : undefined;
}
