import type { DynamicToolUIPart, SourceDocumentUIPart, SourceUrlUIPart, ToolUIPart } from "ai";
import type { SkeinMessage } from "./message.ts";
import { steeredIn } from "./steering.ts";

export type Part = SkeinMessage["parts"][number];

/**
 * What a part of an answer is to its reader. `other` has a component of its own that few conversations need; null: there
 * is nothing to see where it stands. A step's boundary is none: what a step says, and what it does, tells them apart.
 */
export type PartKind = "text" | "reasoning" | "tool" | "steered" | "other" | null;

export function kindOf(part: Part): PartKind {
  if (part.type === "text" || part.type === "reasoning") return part.text === "" ? null : part.type;
  if (part.type === "step-start" || isSource(part)) return null;
  if (isTool(part)) return "tool";
  return steeredIn(part) ? "steered" : "other";
}

/**
 * What tells the parts of an answer apart, from one version of it to the next: a tool by its call, any other as the nth of its
 * type. Not their places: what is stored of a head start has a step's boundary more than what was streamed, and whatever
 * somebody has opened would be made anew.
 */
export function keysOf(parts: readonly Part[]): string[] {
  const seen = new Map<string, number>();
  return parts.map((part) => {
    const name = isTool(part) ? `tool ${part.toolCallId}` : part.type;
    const nth = seen.get(name) ?? 0;
    seen.set(name, nth + 1);
    // Some servers call everything by the same id.
    return `${name} ${nth}`;
  });
}

export type ToolPart = ToolUIPart | DynamicToolUIPart;

/** As the SDK tells them; that function would bring all of the SDK into what is loaded for a few parts. */
export function isTool(part: Part): part is ToolPart {
  return part.type.startsWith("tool-") || part.type === "dynamic-tool";
}

export type Source = SourceUrlUIPart | SourceDocumentUIPart;

const isSource = (part: Part): part is Source => part.type === "source-url" || part.type === "source-document";

/** What an answer names as its sources, each once, in the order in which it came to them. */
export function sourcesIn({ parts }: Pick<SkeinMessage, "parts">): Source[] {
  const byPlace = new Map<string, Source>();
  for (const part of parts) {
    if (!isSource(part)) continue;
    const place = part.type === "source-url" ? part.url : part.sourceId;
    if (!byPlace.has(place)) byPlace.set(place, part);
  }
  return [...byPlace.values()];
}

/** Where a link may lead; undefined: nowhere. */
export function webAddress(url: unknown): URL | undefined {
  const parsed = typeof url === "string" ? URL.parse(url) : null;
  return parsed && (parsed.protocol === "https:" || parsed.protocol === "http:") ? parsed : undefined;
}

export interface Progress {
  label: string;
  /** From 0 to 1; undefined: nobody knows how far it is. */
  value: number | undefined;
}

/** What a `data-progress` part says; undefined: it is another part, or says nothing that can be shown. */
export function progressOf(part: Part): Progress | undefined {
  if ((part.type as string) !== "data-progress" || !("data" in part)) return undefined;
  const { label, value } = (part.data ?? {}) as Record<string, unknown>;
  if (typeof label !== "string") return undefined;
  return {
    label: label.slice(0, 200),
    value: typeof value === "number" && value >= 0 ? Math.min(1, value) : undefined,
  };
}
