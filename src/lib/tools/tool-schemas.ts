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

/** Tools that go on where they were when the same call is made again, after a crash. */
export const RESUMED_TOOLS: readonly string[] = ["deepResearch"] satisfies (keyof typeof toolSchemas)[];
