import { getToolName, isToolUIPart, type UIMessage } from "ai";
import { cutOff, evenOut } from "./chat-title.ts";
import { changesIn, lineOf, type NameOf } from "./tidy-changes.ts";
import { titleOfName } from "./tool-title.ts";

/** Tools with which a turn waits for the person, and what it waits for. */
const KINDS: Record<string, "approval" | "question"> = { tidyInbox: "approval", askUser: "question" };

/** Whether an answer that calls this tool waits for the person. */
export const needsPerson = (tool: string): boolean => Object.hasOwn(KINDS, tool);

/** Tools that run only when the person approves. */
export const APPROVED_TOOLS: readonly string[] = Object.keys(KINDS).filter((tool) => KINDS[tool] === "approval");

/** How long the answer to a question may be. */
export const MAX_ANSWER_LENGTH = 4000;

/** What an answer asks of the person: to approve what it is about to do, or to answer a question. */
export interface ToolRequest {
  toolCallId: string;
  kind: "approval" | "question";
  /** The tool's title, or the question. */
  title: string;
  /** Of an approval: what would be done, if it can be said in words. */
  detail?: string;
  /** Of a question: what one can choose, if there is room for it in a row. */
  options?: string[];
}

/** With how many options, and how long together, a question can be answered from its row. */
const MAX_ROW_OPTIONS = 3;
const MAX_ROW_LENGTH = 14;
const MAX_TITLE = 160;

/** What a message waits for, in its order. `nameOf`: what the chats are called that it is about. */
export function requestsIn({ parts }: Pick<UIMessage, "parts">, nameOf?: NameOf): ToolRequest[] {
  return parts.flatMap((part) => requestIn(part, nameOf) ?? []);
}

function requestIn(part: UIMessage["parts"][number], nameOf: NameOf = () => undefined): ToolRequest | undefined {
  if (!isToolUIPart(part)) return undefined;
  const { toolCallId } = part;
  if (part.state === "approval-requested" && part.approval.isAutomatic !== true) {
    const detail = part.type === "tool-tidyInbox" ? lineOf(changesIn(part.input, nameOf)) : undefined;
    const title = titleOf(getToolName(part), part.title);
    return { toolCallId, kind: "approval", title, ...(detail === undefined ? {} : { detail }) };
  }
  if (part.state !== "input-available" || KINDS[getToolName(part)] !== "question") return undefined;
  const { question, options } = questionIn(part.input);
  const fits = options.length <= MAX_ROW_OPTIONS && options.join("").length <= MAX_ROW_LENGTH;
  return { toolCallId, kind: "question", title: cutOff(evenOut(question), MAX_TITLE), ...(fits ? { options } : {}) };
}

/** The input of a question, as far as it is one: a model wrote it. */
export function questionIn(input: unknown): { question: string; options: string[]; allowsOther: boolean } {
  const { question, options, allowsOther } = (input ?? {}) as Record<string, unknown>;
  const given = Array.isArray(options) ? options.filter((option) => typeof option === "string") : [];
  return {
    question: typeof question === "string" ? question : "",
    options: given,
    allowsOther: allowsOther !== false || given.length === 0,
  };
}

/** What a tool is called, on one line. */
export function titleOf(tool: string, title?: string): string {
  return title ? cutOff(evenOut(title), MAX_TITLE) : titleOfName(tool);
}

/** What it is about: what would be done, or the question. */
export const subjectOf = ({ title, detail }: ToolRequest): string => detail ?? title;

/** What it says in few words, where there is room for one line. */
export const summaryOf = (request: ToolRequest): string =>
  request.kind === "approval" ? `Approve: ${subjectOf(request)}` : request.title;

/** The same, said aloud. */
export const announcementOf = (request: ToolRequest): string =>
  `${request.kind === "approval" ? "Needs approval" : "Needs an answer"}: ${subjectOf(request)}`;
