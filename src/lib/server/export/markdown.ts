import { getToolName, isToolUIPart } from "ai";
import { filesIn } from "../../tools/file.ts";
import type { SkeinMessage } from "../../tools/message.ts";

const NAMES = { user: "You", assistant: "Assistant", system: "System" };

/** A conversation as one reads it: a heading for each message, its text as it was written, and what else happened in italics. */
export function toMarkdown(title: string, messages: readonly SkeinMessage[]): string {
  return [`# ${title}`, ...messages.map(section)].join("\n\n") + "\n";
}

function section(message: SkeinMessage): string {
  const { stopped, error } = message.metadata ?? {};
  const ending = error ?? (stopped ? "Stopped." : undefined);
  return [
    `## ${NAMES[message.role]}`,
    ...filesIn(message).map(({ name }) => note(`Attached: ${name}`)),
    ...message.parts.flatMap(block),
    ...(ending === undefined ? [] : [note(ending)]),
  ].join("\n\n");
}

function block(part: SkeinMessage["parts"][number]): string[] {
  if (part.type === "text") return part.text.trim() === "" ? [] : [part.text];
  return isToolUIPart(part) ? [note(`Used the tool ${getToolName(part)}`)] : [];
}

/** In italics, whatever is in it: a name may hold what Markdown would take for its own. */
const note = (text: string) => `*${text.replace(/\s+/g, " ").replace(/[\\`*_[\]<>]/g, "\\$&")}*`;
