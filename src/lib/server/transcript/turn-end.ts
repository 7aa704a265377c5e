import type { TranscriptChangeset } from "@trigger.dev/sdk/ai";
import type { UIMessage } from "ai";

/** How an answer that is not whole came to its end. */
export type Ending = { stopped: true } | { stopped: false; error: string };

const UNKNOWN_FAILURE = "The answer could not be finished. Try again.";

export function isEnd({ reason }: TranscriptChangeset): boolean {
  return reason === "turn-complete" || reason === "turn-error";
}

/**
 * What a changeset is to a person. The runtime knows neither that a model failed nor that somebody stopped a head start:
 * it saves both as complete turns.
 */
export function interpret(
  given: TranscriptChangeset,
  { failure, stopRequested }: { failure: string | undefined; stopRequested: boolean },
): { changeset: TranscriptChangeset; ending: Ending | undefined } {
  if (!isEnd(given)) return { changeset: given, ending: undefined };
  if (given.reason === "turn-error" || failure !== undefined)
    return { changeset: failedTurn(given), ending: { stopped: false, error: failure ?? UNKNOWN_FAILURE } };
  return { changeset: stopRequested ? notFinal(given) : given, ending: { stopped: true } };
}

/** A failed turn has a partial answer, or none. */
function failedTurn(changeset: TranscriptChangeset): TranscriptChangeset {
  const { entries } = changeset.transcript;
  const tail = entries.at(-1);
  const failed: TranscriptChangeset = { ...changeset, reason: "turn-error" };
  if (changeset.reason === "turn-error" || tail?.message.role !== "assistant") return failed;
  if (!isEmpty(tail.message)) return notFinal(failed);
  return {
    ...failed,
    changes: changeset.changes.filter((change) => change.op !== "put" || change.message.id !== tail.id),
    transcript: { ...changeset.transcript, entries: entries.slice(0, -1) },
  };
}

/** The same with an answer at its end that is not whole. */
function notFinal(changeset: TranscriptChangeset): TranscriptChangeset {
  const { entries } = changeset.transcript;
  const tail = entries.at(-1);
  if (tail?.message.role !== "assistant") return changeset;
  return {
    ...changeset,
    changes: changeset.changes.map((change) =>
      change.op === "put" && change.message.id === tail.id ? { ...change, final: false } : change,
    ),
    transcript: { ...changeset.transcript, entries: [...entries.slice(0, -1), { ...tail, final: false }] },
  };
}

function isEmpty(message: UIMessage): boolean {
  return message.parts.every(
    (part) => part.type === "step-start" || ((part.type === "text" || part.type === "reasoning") && part.text === ""),
  );
}
