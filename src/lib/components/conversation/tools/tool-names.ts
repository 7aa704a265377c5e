import Globe from "@lucide/svelte/icons/globe";
import Inbox from "@lucide/svelte/icons/inbox";
import MessageCircleQuestionMark from "@lucide/svelte/icons/message-circle-question-mark";
import Search from "@lucide/svelte/icons/search";
import SquareTerminal from "@lucide/svelte/icons/square-terminal";
import Telescope from "@lucide/svelte/icons/telescope";
import Wrench from "@lucide/svelte/icons/wrench";
import type { ToolPart } from "$lib/tools/message-parts.ts";
import { titleOfName } from "$lib/tools/tool-title.ts";

/** The tools that are known here. */
interface KnownTool {
  icon: typeof Wrench;
  /** The schema's. A part has it, unless a head start began it; only needed here if it is not what the name says. */
  title?: string;
  /** The field of the input that says in a few words what a call is about. */
  hint?: string;
}

const KNOWN: Record<string, KnownTool> = {
  searchChats: { icon: Search, hint: "query" },
  fetchPage: { icon: Globe, hint: "url" },
  runCode: { icon: SquareTerminal },
  askUser: { icon: MessageCircleQuestionMark, title: "Ask you", hint: "question" },
  tidyInbox: { icon: Inbox },
  deepResearch: { icon: Telescope, hint: "title" },
};

const LONGEST_NAME = 80;
const LONGEST_HINT = 200;

const nameOf = (part: ToolPart) => (part.type === "dynamic-tool" ? part.toolName : part.type.slice("tool-".length));

const known = (part: ToolPart) => {
  const name = nameOf(part);
  return Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
};

export const iconOf = (part: ToolPart): typeof Wrench => known(part)?.icon ?? Wrench;

/** What a tool is called: by itself, by us, or after its name. */
export function titleOf(part: ToolPart): string {
  const title = part.title || known(part)?.title || titleOfName(nameOf(part));
  return title.slice(0, LONGEST_NAME) || "Tool";
}

/** What this call is about, if one field of its input says so. */
export function hintOf(part: ToolPart): string | undefined {
  const field = known(part)?.hint;
  const input: unknown = part.input;
  if (field === undefined || typeof input !== "object" || input === null) return undefined;
  const value: unknown = Object.getOwnPropertyDescriptor(input, field)?.value;
  if (typeof value !== "string" || value === "") return undefined;
  // The room is short, and the whole address stands below.
  return value.slice(0, LONGEST_HINT).replace(/^https?:\/\/(www\.)?/, "");
}
