import type { TranscriptChangeset } from "@trigger.dev/sdk/ai";
import type { SkeinMessage } from "../../tools/message.ts";
import { previewOf } from "../chats.ts";
import { needsPerson } from "./answer.ts";
import type { Ending } from "./turn-end.ts";

/** What a save changes of its chat's row, beside the head. */
export function chatAfter(changeset: TranscriptChangeset, ending: Ending | undefined) {
  return { ...statusAfter(changeset, ending), ...activity(changeset) };
}

/** Status belongs to the same transaction as messages and cursors; nobody else writes it while a turn runs. */
function statusAfter({ reason, transcript }: TranscriptChangeset, ending: Ending | undefined) {
  const over = {
    answering_id: null,
    answering_attempt: null,
    first_turn: "done",
    first_turn_lease_until: null,
    stop_requested_at: null,
  } as const;
  switch (reason) {
    case "turn-start":
      // From here on the agent has the turn: a head start that ended has nothing left to lose.
      return {
        status: "running",
        status_detail: null,
        answering_id: transcript.entries.findLast((entry) => entry.message.role === "user")?.id ?? null,
        first_turn: "done",
        first_turn_lease_until: null,
      } as const;
    case "turn-complete": {
      const answer = transcript.entries.at(-1)?.message;
      return { ...over, status: answer && needsPerson(answer) ? "needs_you" : "idle", status_detail: null } as const;
    }
    case "turn-error":
      return { ...over, status: "failed", status_detail: ending && "error" in ending ? ending.error : null } as const;
    default:
      return {};
  }
}

function activity({ changes }: TranscriptChangeset) {
  const latest = changes.findLast((change) => change.op === "put")?.message;
  if (!latest) return {};
  const preview = previewOf(latest as SkeinMessage);
  return { last_activity_at: new Date(), ...(preview ? { preview } : {}) };
}
