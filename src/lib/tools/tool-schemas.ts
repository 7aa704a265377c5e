import { askUser } from "./ask-user.ts";
import { deepResearch } from "./deep-research.ts";
import { fetchPage } from "./fetch-page.ts";
import { runCode } from "./run-code.ts";
import { searchChats } from "./search-chats.ts";
import { tidyInbox } from "./tidy-inbox.ts";

/**
 * All that the agent can do, without the code that does it: a Head Start offers it to the model in the web server, and
 * leaves what the model calls to the agent.
 */
export const toolSchemas = { searchChats, fetchPage, runCode, askUser, tidyInbox, deepResearch };

export type ToolName = keyof typeof toolSchemas;

/**
 * What becomes of a call whose run died. `repeat`: it only reads, or reaches nothing outside, so it may be made again; the
 * model does that, with a new call. `resume`: the same call is made again, and goes on where it was. `interrupt`: it is made
 * at most once, and is shown as interrupted (trigger/tools/effect.ts).
 */
export const RECOVERY: Readonly<Record<ToolName, "repeat" | "resume" | "interrupt">> = {
  searchChats: "repeat",
  fetchPage: "repeat",
  runCode: "repeat",
  // Nothing executes it.
  askUser: "repeat",
  tidyInbox: "interrupt",
  deepResearch: "resume",
};

/** What is not known is not safe. */
export const recoveryOf = (tool: string) => (Object.hasOwn(RECOVERY, tool) ? RECOVERY[tool as ToolName] : "interrupt");
