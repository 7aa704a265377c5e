import type { TranscriptChangeset } from "@trigger.dev/sdk/ai";
import type { UIMessage } from "ai";
import { userMessageSchema } from "../../tools/user-message.ts";

/**
 * The changeset without what nobody may say. A message that the agent refused comes along with the turn that failed on
 * it: the runtime must not lose a question, and cannot know that this is none. What is stored already stays.
 */
export function allowed(changeset: TranscriptChangeset, isStored: (id: string) => boolean): TranscriptChangeset {
  if (changeset.reason !== "turn-error") return changeset;
  const keeps = (message: UIMessage) => isStored(message.id) || isAllowed(message);
  return {
    ...changeset,
    changes: changeset.changes.filter((change) => change.op !== "put" || keeps(change.message)),
    transcript: {
      ...changeset.transcript,
      entries: changeset.transcript.entries.filter(({ message }) => keeps(message)),
    },
  };
}

function isAllowed(message: UIMessage): boolean {
  return message.role === "assistant" || (message.role === "user" && userMessageSchema.safeParse(message).success);
}
