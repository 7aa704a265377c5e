import type { Kysely } from "kysely";
import { APPROVED_TOOLS } from "../../tools/requests.ts";
import type { Database } from "../db/database.ts";

/** The tools that need no approval in this chat any more. */
export async function rulesOf(db: Kysely<Database>, chatId: string): Promise<string[]> {
  const rows = await db.selectFrom("tool_rule").select("tool").where("chat_id", "=", chatId).execute();
  return rows.map(({ tool }) => tool);
}

/** What the AI SDK is told of approvals: which tools wait for the person, without those that need it no more. */
export function approvals(rules: string[]) {
  const needed = APPROVED_TOOLS.filter((tool) => !rules.includes(tool));
  return Object.fromEntries(needed.map((tool) => [tool, "user-approval"] as const));
}
