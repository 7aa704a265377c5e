import type { TranscriptChangeset } from "@trigger.dev/sdk/ai";
import type { UIMessage } from "ai";

/**
 * The changeset of a turn whose model failed. The runtime takes the error for one more chunk and saves the turn as
 * complete, with whatever was written as a final answer; to a person that is a failed turn with a partial answer, or
 * with none.
 */
export function failedTurn(changeset: TranscriptChangeset): TranscriptChangeset {
  const { entries } = changeset.transcript;
  const tail = entries.at(-1);
  if (changeset.reason !== "turn-complete" || tail?.message.role !== "assistant")
    return { ...changeset, reason: "turn-error" };
  const kept = isEmpty(tail.message) ? [] : [{ ...tail, final: false }];
  return {
    ...changeset,
    reason: "turn-error",
    changes: changeset.changes.filter(
      (change) => kept.length > 0 || change.op !== "put" || change.message.id !== tail.id,
    ),
    transcript: { ...changeset.transcript, entries: [...entries.slice(0, -1), ...kept] },
  };
}

function isEmpty(message: UIMessage): boolean {
  return message.parts.every(
    (part) => part.type === "step-start" || ((part.type === "text" || part.type === "reasoning") && part.text === ""),
  );
}
