import type { ToolPart } from "$lib/tools/message-parts.ts";
import { STOPPED } from "$lib/tools/stopped.ts";
import { researchReport } from "./known-outputs.ts";

export type ToolState =
  "Preparing" | "Running" | "Needs approval" | "Needs an answer" | "Denied" | "Done" | "Failed" | "Stopped";

/**
 * What a tool is at. `isOver`: nothing writes its answer any more, so that what was under way will not end. What waits
 * for a person goes on waiting, for days if need be.
 */
export function stateOf(part: ToolPart, isOver: boolean): ToolState {
  switch (part.state) {
    case "approval-requested":
      return "Needs approval";
    case "output-error":
      return part.errorText === STOPPED ? "Stopped" : "Failed";
    case "output-denied":
      return "Denied";
    case "output-available":
      if (part.preliminary) return unless(isOver, "Running");
      return isStopped(part.output) ? "Stopped" : "Done";
    case "approval-responded":
      return part.approval.approved ? unless(isOver, "Running") : "Denied";
    case "input-available":
      return asksPerson(part) ? "Needs an answer" : unless(isOver, "Running");
    default:
      return unless(isOver, "Preparing");
  }
}

/** A question to the person: nothing executes it. */
export function asksPerson(part: ToolPart): boolean {
  return part.type === "tool-askUser";
}

/** It is shown without being asked for: a person has to do something, or something comes in already. */
export function isOpenOfItself(part: ToolPart, state: ToolState): boolean {
  if (state === "Needs approval" || state === "Needs an answer") return true;
  return state === "Running" && (part.state === "output-available" || part.type === "tool-deepResearch");
}

/** A sub-agent that somebody stopped has brought what there was. */
const isStopped = (output: unknown): boolean => researchReport(output)?.isStopped === true;

const unless = (isOver: boolean, state: ToolState): ToolState => (isOver ? "Stopped" : state);
