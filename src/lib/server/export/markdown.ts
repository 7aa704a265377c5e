import { getToolName, isToolUIPart } from "ai";
import { fileIdOf, filesIn } from "../../tools/file.ts";
import { escapeMarkdown, sourceList } from "../../tools/message-markdown.ts";
import { kindOf, progressOf, sourcesIn } from "../../tools/message-parts.ts";
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
    ...sourceList(sourcesIn(message)),
    ...(ending === undefined ? [] : [note(ending)]),
  ].join("\n\n");
}

function block(part: SkeinMessage["parts"][number]): string[] {
  if (part.type === "text") return part.text.trim() === "" ? [] : [part.text];
  if (isToolUIPart(part)) return [note(`Used the tool ${getToolName(part)}`)];
  if (kindOf(part) !== "other") return [];
  if (part.type === "file") return fileIdOf(part.url) ? [] : [note(`File: ${part.filename ?? part.mediaType}`)];
  return [note(progressOf(part)?.label ?? `Unknown part: ${part.type}`)];
}

const note = (text: string) => `*${escapeMarkdown(text)}*`;
