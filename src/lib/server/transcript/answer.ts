import type { UIMessage } from "ai";

/** Whether an answer waits for a person: an approval, or a tool that only the browser can run. */
export function needsPerson(message: Pick<UIMessage, "role" | "parts">): boolean {
  return (
    message.role === "assistant" &&
    message.parts.some((part) => openTool(part, ["approval-requested", "input-available"]))
  );
}

/**
 * Whether an answer answers its question. One that was stopped does, for a person decided so; one that broke off or is
 * still being written does not, and its question may be answered again.
 */
export function isFinished(row: { final: boolean; stopped: boolean }): boolean {
  return row.final || row.stopped;
}

function openTool(part: UIMessage["parts"][number], states: string[]): boolean {
  return (
    (part.type.startsWith("tool-") || part.type === "dynamic-tool") &&
    "state" in part &&
    states.includes(part.state ?? "")
  );
}
