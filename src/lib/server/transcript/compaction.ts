import type { ModelMessage } from "ai";
import { getToolName, isToolUIPart } from "ai";
import type { SkeinMessage } from "../../tools/message.ts";
import { SUMMARY_LEAD } from "../models/index.ts";

type Spoken = Pick<SkeinMessage, "id" | "role">;

/**
 * How many messages of a path, from its root, a new summary should speak for: all but the last `keep` exchanges. Always
 * whole ones, so that no tool's result is parted from its call. Undefined: nothing is left to summarise after
 * `summarised`, the last message of an earlier summary.
 */
export function cutOf(
  path: Spoken[],
  { keep, summarised }: { keep: number; summarised: string | undefined },
): number | undefined {
  const cut = exchanges(path).at(-keep) ?? 0;
  const done = path.findIndex((message) => message.id === summarised) + 1;
  return cut > done ? cut : undefined;
}

/** The messages of a path whose summary may stand in: after it there must be something to answer. */
export function summarisable(path: Spoken[]): string[] {
  return path.slice(0, exchanges(path).at(-1) ?? 0).map((message) => message.id);
}

/** How many messages of people a path has after this one. */
export function questionsAfter(path: Spoken[], id: string): number {
  const from = path.findIndex((message) => message.id === id) + 1;
  return path.slice(from).filter((message) => message.role === "user").length;
}

/**
 * From the nth last message of a person on. Model messages have no ids, and an answer becomes any number of them; but
 * what a person wrote is one message in both.
 */
export function fromQuestion<M extends { role: string }>(messages: M[], count: number): M[] {
  const questions = messages.flatMap(({ role }, at) => (role === "user" ? [at] : []));
  return messages.slice(questions.at(-count) ?? 0);
}

/** Where exchanges begin: messages of people that follow an answer, or nothing. */
function exchanges(path: Spoken[]): number[] {
  return path.flatMap(({ role }, at) => (role === "user" && path[at - 1]?.role !== "user" ? [at] : []));
}

/** As a person's word: what a summary repeats must not weigh as much as our own instructions. */
export function summaryMessage(summary: string): { role: "user"; content: string } {
  return { role: "user", content: `${SUMMARY_LEAD}\n\n${summary}` };
}

/** Of text, whatever the language, about. */
const BYTES_PER_TOKEN = 4;

/** For a provider that reports nothing. */
export function estimateTokens(messages: ModelMessage[]): number {
  const bytes = messages.map(({ content }) =>
    typeof content === "string" ? Buffer.byteLength(content) : content.reduce((sum, part) => sum + bytesOf(part), 0),
  );
  return Math.ceil(bytes.reduce((sum, some) => sum + some, 0) / BYTES_PER_TOKEN);
}

/** An image costs what it costs, however large its file is. */
const FILE_BYTES = 6000;

function bytesOf(part: object): number {
  if ("text" in part && typeof part.text === "string") return Buffer.byteLength(part.text);
  return "type" in part && (part.type === "file" || part.type === "image")
    ? FILE_BYTES
    : Buffer.byteLength(JSON.stringify(part));
}

/**
 * Messages as text to be summarised, in at most about so many tokens: the longest ones lose their middle first, so that
 * none is lost altogether. `earlier` is the summary of what came before them.
 */
export function transcriptOf(messages: SkeinMessage[], earlier: string | undefined, tokens: number): string {
  const texts = messages.map((message) => ({
    who: message.role === "user" ? "Person" : "Assistant",
    text: spoken(message),
  }));
  if (earlier !== undefined) texts.unshift({ who: "Summary of what came before", text: earlier });
  const all = texts.map(({ text }) => text).join("");
  const limit = (tokens * BYTES_PER_TOKEN * all.length) / Math.max(1, Buffer.byteLength(all));
  const longest = fairShare(
    texts.map(({ text }) => text.length),
    limit,
  );
  return texts.map(({ who, text }) => `${who}: ${withoutMiddle(text, longest)}`).join("\n\n");
}

function spoken(message: SkeinMessage): string {
  return message.parts
    .flatMap((part) => {
      if (part.type === "text") return [part.text];
      if (part.type === "file") return [`[file ${part.filename ?? part.mediaType}]`];
      if (!isToolUIPart(part)) return [];
      const result = part.state === "output-error" ? part.errorText : part.output;
      return [`[tool ${getToolName(part)}: ${JSON.stringify(part.input)} → ${JSON.stringify(result) ?? part.state}]`];
    })
    .join("\n");
}

/** The length at which texts must be cut for all of them together to keep to the limit. */
function fairShare(lengths: number[], limit: number): number {
  let left = limit;
  const sorted = [...lengths].sort((a, b) => a - b);
  for (const [at, length] of sorted.entries()) {
    const share = left / (sorted.length - at);
    if (length > share) return Math.floor(share);
    left -= length;
  }
  return Infinity;
}

function withoutMiddle(text: string, length: number): string {
  if (text.length <= length) return text;
  const half = Math.floor(length / 2);
  return `${text.slice(0, half)} […] ${text.slice(text.length - half)}`;
}
