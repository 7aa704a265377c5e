import { isDeepStrictEqual } from "node:util";
import type { UIMessage } from "ai";
import { userMessageSchema } from "../../tools/user-message.ts";

/**
 * Whether a message that arrived during a turn goes into that turn. Nobody has looked at it yet, and it is stored as it
 * came: what holds anything beside what a person may say waits for a turn of its own, which refuses it.
 */
export function steersInto(message: UIMessage, question: string | undefined): boolean {
  const parsed = userMessageSchema.safeParse(message);
  if (!parsed.success || question === undefined) return false;
  return parsed.data.metadata?.steers === question && isDeepStrictEqual(parsed.data, message);
}
