import type { Kysely } from "kysely";
import type { Database } from "../../src/lib/server/db/index.ts";
import { AlreadyBegun, isApproved, once } from "../../src/lib/server/approvals/executions.ts";
import { APPROVED_TOOLS } from "../../src/lib/tools/requests.ts";
import { ToolError } from "./tool-error.ts";

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
 * The execution of a tool with an effect: at most once for each call, and if it needs approval, only what was approved.
 * The database says so, whatever the conversation looks like: a hand-over of a head start counts every call as approved,
 * and a browser writes into the session. A tool that only reads needs none of this.
 */
export function withEffect<Input, Output>(
  tool: string,
  { db, chatId, question }: Turn,
  execute: (input: Input) => Promise<Output>,
) {
  return async (input: Input, { toolCallId }: { toolCallId: string }): Promise<Output> => {
    const call = { chatId, toolCallId, tool, input };
    if (APPROVED_TOOLS.includes(tool) && !(await isApproved(db, call))) throw new ToolError(NOT_APPROVED);
    try {
      return await once(db, { ...call, question: question() }, () => execute(input));
    } catch (cause) {
      throw cause instanceof AlreadyBegun ? new ToolError(cause.message, { cause }) : cause;
    }
  };
}
