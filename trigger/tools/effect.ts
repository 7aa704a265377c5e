import type { Tool } from "ai";
import type { Kysely } from "kysely";
import type { Database } from "../../src/lib/server/db/index.ts";
import { AlreadyBegun, isApproved, once } from "../../src/lib/server/approvals/executions.ts";
import { APPROVED_TOOLS } from "../../src/lib/tools/requests.ts";
import { recoveryOf, type ToolName } from "../../src/lib/tools/tool-schemas.ts";
import { ToolError } from "./tool-error.ts";
import { wrapExecutions } from "./wrap-executions.ts";

/** What a tool needs to know of the turn that calls it. */
export interface Turn {
  db: Kysely<Database>;
  chatId: string;
  /** What the turn answers. */
  question: () => string | undefined;
  /** Which model answers, as `provider:model`. */
  model: () => string;
}

const NOT_APPROVED = "This was not done: the person has not approved it.";

/**
 * The same tools: at most once for each call unless it is safe to repeat, and if it needs approval, only what was approved.
 * The database says so, whatever the conversation looks like: a hand-over of a head start counts every call as approved,
 * and a browser writes into the session.
 */
export function withEffects<Tools extends Record<ToolName, Tool>>(tools: Tools, turn: Turn): Tools {
  const { db, chatId, question } = turn;
  return wrapExecutions(tools, (tool, execute) => async (input, options) => {
    const call = { chatId, toolCallId: options.toolCallId, tool, input: input as unknown };
    if (APPROVED_TOOLS.includes(tool) && !(await isApproved(db, call))) throw new ToolError(NOT_APPROVED);
    const recovery = recoveryOf(tool);
    if (recovery === "repeat") return execute(input, options);
    const how = { resumes: recovery === "resume" };
    try {
      return await once(db, { ...call, question: question() }, async () => execute(input, options), how);
    } catch (cause) {
      throw cause instanceof AlreadyBegun ? new ToolError(cause.message, { cause }) : cause;
    }
  });
}
