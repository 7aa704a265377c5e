import type { Kysely } from "kysely";
import type { Database } from "../../src/lib/server/db/index.ts";
import { createFetchPage } from "./fetch-page.ts";
import { createRunCode } from "./run-code.ts";
import { createSearchChats } from "./search-chats.ts";
import { withPlainErrors } from "./tool-error.ts";

/** What `toolSchemas` promises, for the agent of one chat. */
export function createTools(db: Kysely<Database>, chatId: string) {
  return withPlainErrors({
    searchChats: createSearchChats(db, chatId),
    fetchPage: createFetchPage(),
    runCode: createRunCode(),
  });
}
