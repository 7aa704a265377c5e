import type { Kysely } from "kysely";
import type { Database } from "../../src/lib/server/db/index.ts";
import { createSearchChats } from "./search-chats.ts";

/** What `toolSchemas` promises, for the agent of one chat. */
export function createTools(db: Kysely<Database>, chatId: string) {
  return { searchChats: createSearchChats(db, chatId) };
}
