import { tool } from "ai";
import type { Kysely } from "kysely";
import type { Database } from "../../src/lib/server/db/index.ts";
import * as search from "../../src/lib/server/search.ts";
import { searchChats } from "../../src/lib/tools/search-chats.ts";

/** Searches the chats of whoever owns this one. Reading only. */
export function createSearchChats(db: Kysely<Database>, chatId: string) {
  return tool({
    ...searchChats,
    execute: async ({ query }) => ({ results: await search.besideChat(db, { chatId, query }) }),
  });
}
