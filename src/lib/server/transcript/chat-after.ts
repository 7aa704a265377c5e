import type { TranscriptChangeset } from "@trigger.dev/sdk/ai";
import type { UIMessage } from "ai";
import type { SkeinMessage } from "../../tools/message.ts";
import { summaryOf, type ToolRequest } from "../../tools/requests.ts";
import { previewOf, type ChatStatus } from "../chats.ts";
import { jsonb } from "../jsonb.ts";
import type { Work } from "./tree.ts";
import type { Ending } from "./turn-end.ts";

interface After {
  ending: Ending | undefined;
  /** What a turn that begins works on. */
  work: Work | null;
  /** What the answer asks that a turn ends with. */
  requests: ToolRequest[];
}

/** What a save changes of its chat's row, beside the head. */
export function chatAfter(changeset: TranscriptChangeset, after: After) {
  return { ...statusAfter(changeset.reason, after), ...activity(changeset) };
}

/** The answer that a turn ends with, if it is a whole one. */
export function answerOf({ reason, transcript }: TranscriptChangeset): UIMessage | undefined {
  const answer = transcript.entries.at(-1);
  const isWhole = reason === "turn-complete" && answer?.message.role === "assistant" && answer.final;
  return isWhole ? answer.message : undefined;
}

/**
 * What was read never became a turn: whoever sent it is told on the stream, and the chat is as it was. Unless it was
 * running: nobody is left who would end that turn.
 */
export function chatAfterRefusal(status: ChatStatus, ending: Ending | undefined) {
  return status === "running" ? failed(ending) : {};
}

/** Status belongs to the same transaction as messages and cursors; nobody else writes it while a turn runs. */
function statusAfter(reason: TranscriptChangeset["reason"], { ending, work, requests }: After) {
  switch (reason) {
    case "action":
      return work === null ? {} : begun(work);
    case "turn-start":
      return begun(work);
    case "turn-complete":
      if (requests.length === 0) return { ...OVER, status: "idle", status_detail: null } as const;
      // Whoever put it away while it ran is asked all the same.
      return { ...OVER, ...needs(requests), archived_at: null } as const;
    case "turn-error":
      return failed(ending);
    default:
      return {};
  }
}

/** What a chat says that waits for the person; the first of all that it waits for. */
export function needs([first]: readonly ToolRequest[]) {
  if (!first) throw new Error("Nothing is needed.");
  return { status: "needs_you", status_detail: summaryOf(first), needs: jsonb(first) } as const;
}

const OVER = {
  needs: null,
  answering_id: null,
  answering_attempt: null,
  first_turn: "done",
  first_turn_lease_until: null,
} as const;

function failed(ending: Ending | undefined) {
  return { ...OVER, status: "failed", status_detail: ending && "error" in ending ? ending.error : null } as const;
}

/**
 * From here on the agent has the turn: a head start that ended has nothing left to lose. Somebody works with the chat: it
 * belongs into the inbox.
 */
function begun(work: Work | null) {
  return {
    archived_at: null,
    status: "running",
    status_detail: null,
    needs: null,
    answering_id: work?.messageId ?? null,
    answering_attempt: work?.attempt ?? null,
    first_turn: "done",
    first_turn_lease_until: null,
  } as const;
}

function activity({ changes }: TranscriptChangeset) {
  const latest = changes.findLast((change) => change.op === "put")?.message;
  if (!latest) return {};
  const preview = previewOf(latest as SkeinMessage);
  return { last_activity_at: new Date(), ...(preview ? { preview } : {}) };
}
