import { getToolName, isToolUIPart } from "ai";
import type { SkeinMessage } from "../../tools/message.ts";
import { questionIn, requestsIn, type ToolRequest } from "../../tools/requests.ts";
import type { ToolAnswer, ToolOutcome } from "../../tools/tool-answer.ts";

type Parts = SkeinMessage["parts"];

/** What is decided about one call. */
export interface Decided {
  toolCallId: string;
  tool: string;
  input: unknown;
  outcome: ToolOutcome;
}

/**
 * The parts of a message with the answer to one of its requests, and to the others that it answers as well. Undefined: it
 * asks for nothing of the kind.
 */
export function decide(parts: Parts, wanted: ToolAnswer): { parts: Parts; decided: Decided[] } | undefined {
  const requests = requestsIn({ parts });
  const request = requests.find(({ toolCallId }) => toolCallId === wanted.toolCallId);
  const outcome = request && outcomeOf(parts, request, wanted);
  if (!request || !outcome) return undefined;
  const isAlways = "decision" in wanted && wanted.decision === "always";
  const tool = toolOf(parts, request.toolCallId);
  const answered = requests.filter(
    ({ toolCallId }) => toolCallId === wanted.toolCallId || (isAlways && toolOf(parts, toolCallId) === tool),
  );
  const ids = new Set(answered.map(({ toolCallId }) => toolCallId));
  const decided: Decided[] = [];
  const after = parts.map((part) => {
    if (!isToolUIPart(part) || !ids.has(part.toolCallId)) return part;
    decided.push({ toolCallId: part.toolCallId, tool: getToolName(part), input: part.input, outcome });
    return withOutcome(part, outcome);
  });
  return { parts: after, decided };
}

/** As the AI SDK would write it. The input stays what it is. */
function withOutcome(part: Parts[number], outcome: ToolOutcome): Parts[number] {
  if ("answer" in outcome) return { ...part, state: "output-available", output: outcome } as Parts[number];
  const approval = "approval" in part ? part.approval : undefined;
  return { ...part, state: "approval-responded", approval: { ...approval, ...outcome } } as Parts[number];
}

function outcomeOf(parts: Parts, { kind, toolCallId }: ToolRequest, wanted: ToolAnswer): ToolOutcome | undefined {
  if ("decision" in wanted) {
    if (kind !== "approval") return undefined;
    if (wanted.decision !== "deny") return { approved: true };
    return { approved: false, ...(wanted.reason ? { reason: wanted.reason } : {}) };
  }
  if (kind !== "question") return undefined;
  const { options, allowsOther } = questionIn(partOf(parts, toolCallId)?.input);
  return allowsOther || options.includes(wanted.answer) ? { answer: wanted.answer } : undefined;
}

const partOf = (parts: Parts, id: string) => parts.filter(isToolUIPart).find(({ toolCallId }) => toolCallId === id);

function toolOf(parts: Parts, id: string): string | undefined {
  const part = partOf(parts, id);
  return part && getToolName(part);
}
