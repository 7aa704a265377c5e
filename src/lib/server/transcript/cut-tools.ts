import type { TranscriptChangeset } from "@trigger.dev/sdk/ai";
import { isToolUIPart, type UIMessage } from "ai";
import { STOPPED } from "../../tools/stopped.ts";
import { isEnd } from "./turn-end.ts";

/**
 * The same with the tools that were at work when somebody stopped the turn, as stopped. The runtime drops them, and an
 * answer with nothing else as well; but they may have done something, and the person saw them. `raw`: the answer as it
 * was streamed.
 */
export function withCutTools(given: TranscriptChangeset, raw: UIMessage | undefined): TranscriptChangeset {
  if (!raw?.id || !isEnd(given)) return given;
  const { entries } = given.transcript;
  const tail = entries.at(-1);
  const answer = tail?.id === raw.id ? tail.message : undefined;
  const kept = new Set(answer?.parts.filter(isToolUIPart).map(({ toolCallId }) => toolCallId));
  const cut = raw.parts.flatMap((part) => (isToolUIPart(part) && !kept.has(part.toolCallId) ? stopped(part) : []));
  if (cut.length === 0) return given;
  const message: UIMessage = { ...(answer ?? raw), parts: [...(answer?.parts ?? [{ type: "step-start" }]), ...cut] };
  const others = given.changes.filter((change) => change.op !== "put" || change.message.id !== raw.id);
  return {
    ...given,
    changes: [...others, { op: "put", message, final: false }],
    transcript: {
      ...given.transcript,
      entries: [...(answer ? entries.slice(0, -1) : entries), { id: raw.id, message, final: false }],
    },
  };
}

/** Of a call that was never whole nothing can be said. */
function stopped(part: Extract<UIMessage["parts"][number], { toolCallId: string }>): UIMessage["parts"] {
  if (part.state !== "input-available" && part.state !== "approval-responded") return [];
  const { type, toolCallId, input } = part;
  const name = "toolName" in part ? { toolName: part.toolName } : {};
  return [
    { type, ...name, toolCallId, input, state: "output-error", errorText: STOPPED } as UIMessage["parts"][number],
  ];
}
