import { sourcesIn, webAddress, type Source } from "./message-parts.ts";
import { textOf, type SkeinMessage } from "./message.ts";

/** A message as it was written, with its sources below. */
export function markdownOf(message: Pick<SkeinMessage, "parts">): string {
  return [textOf(message), ...sourceList(sourcesIn(message))].join("\n\n");
}

/** One block of Markdown, or none. */
export function sourceList(sources: Source[]): string[] {
  if (sources.length === 0) return [];
  return [`Sources:\n\n${sources.map((source, at) => `${at + 1}. ${link(source)}`).join("\n")}`];
}

function link(source: Source): string {
  if (source.type === "source-document") return escapeMarkdown(source.title || source.filename || "Document");
  const href = webAddress(source.url)?.href;
  const title = escapeMarkdown(source.title || source.url);
  return href === undefined ? title : `[${title}](<${href.replace(/[<>]/g, encodeURIComponent)}>)`;
}

/** One line that means itself, whatever is in it: a name may hold what Markdown would take for its own. */
export function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\`*_[\]<>]/g, "\\$&");
}
