import type { UIMessage } from "ai";
import { actionSchema, type ChatAction } from "../../tools/actions.ts";
import { userMessageSchema } from "../../tools/user-message.ts";
import { Refusal } from "./refusal.ts";

/**
 * What a browser sent, as far as it may be said: of a question what the schema names. What it says to an approval or a
 * question of ours goes to the web server (approvals/give.ts), never into an answer. Anything else is refused.
 */
export function acceptMessages(messages: UIMessage[]): UIMessage[] {
  return messages.map((message) => {
    const parsed = userMessageSchema.safeParse(message);
    if (!parsed.success) throw new Refusal("This message cannot be taken: it may hold text up to 100 kB, and files.");
    return parsed.data;
  });
}

export function acceptAction(input: unknown): ChatAction {
  const parsed = actionSchema.safeParse(input);
  if (!parsed.success) throw new Refusal("This cannot be done: the page asked for something that is not known here.");
  return parsed.data;
}
