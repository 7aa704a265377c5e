import type { TranscriptChangeset } from "@trigger.dev/sdk/ai";
import type { UIMessage } from "ai";
import type { HeadStartAnswer, SkeinMetadata } from "../../tools/message.ts";

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

/**
 * The same with an answer at its end that says this of itself, too, and has these parts. What it says already counts. The
 * answer of a head start was put when its turn began, and the runtime sees nothing new in it.
 */
export function withHeadStart(given: TranscriptChangeset, answer: HeadStartAnswer | undefined): TranscriptChangeset {
  const { entries } = given.transcript;
  const tail = entries.at(-1);
  if (!answer || !isEnd(given) || tail?.message.role !== "assistant") return given;
  const { parts = [], ...metadata } = answer;
  const message: UIMessage = {
    ...tail.message,
    metadata: { ...metadata, ...(tail.message.metadata as SkeinMetadata) },
    parts: [...tail.message.parts, ...parts],
  };
  const others = given.changes.filter((change) => change.op !== "put" || change.message.id !== tail.id);
  return {
    ...given,
    changes: [...others, { op: "put", message, final: tail.final }],
    transcript: { ...given.transcript, entries: [...entries.slice(0, -1), { ...tail, message }] },
  };
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
