import { askUser } from "../../src/lib/tools/ask-user.ts";
import { createDeepResearch } from "./deep-research.ts";
import { withEffects, type Turn } from "./effect.ts";
import { createFetchPage } from "./fetch-page.ts";
import { createRunCode } from "./run-code.ts";
import { createSearchChats } from "./search-chats.ts";
import { createTidyInbox } from "./tidy-inbox.ts";
import { withPlainErrors } from "./tool-error.ts";

/** What the sub-agent can do: nothing that changes anything, and nothing that waits for the person. */
export function createResearchTools({ db, chatId }: Pick<Turn, "db" | "chatId">) {
  return withPlainErrors({
    searchChats: createSearchChats(db, chatId),
    fetchPage: createFetchPage(),
    runCode: createRunCode(),
  });
}

/** What `toolSchemas` promises, for the agent of one chat. The answer to a question is a person's: nothing executes it. */
export function createTools(turn: Turn) {
  const { db, chatId } = turn;
  const tools = {
    searchChats: createSearchChats(db, chatId),
    fetchPage: createFetchPage(),
    runCode: createRunCode(),
    askUser,
    tidyInbox: createTidyInbox(db, chatId),
    deepResearch: createDeepResearch(turn),
  };
  return withPlainErrors(withEffects(tools, turn));
}
