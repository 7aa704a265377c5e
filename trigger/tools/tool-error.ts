import { logger } from "@trigger.dev/sdk";
import { InvalidToolInputError, NoSuchToolError, type ToolSet } from "ai";
import { STOPPED } from "../../src/lib/tools/stopped.ts";
import { wrapExecutions } from "./wrap-executions.ts";

/** Why a tool did nothing, in a sentence for the person and the model alike. */
export class ToolError extends Error {
  /** What the AI SDK tells the model. The person is told the same: some models refuse a history that changed. */
  override toString(): string {
    return this.message;
  }
}

const FAILED = "This tool failed unexpectedly.";

/**
 * What is said of an error in an answer's stream if a tool is to blame; undefined: it is the model's. A tool that fails
 * fails no turn, for the model goes on.
 */
export function describeToolError(error: unknown): string | undefined {
  const isOfTool =
    error instanceof ToolError || InvalidToolInputError.isInstance(error) || NoSuchToolError.isInstance(error);
  return isOfTool ? String(error) : undefined;
}

/** The same tools, which throw nothing but sentences. */
export function withPlainErrors<Tools extends ToolSet>(tools: Tools): Tools {
  return wrapExecutions(tools, (name, execute) => async (input, options) => {
    try {
      return await execute(input, options);
    } catch (error) {
      throw plainError(error, name, options.abortSignal);
    }
  });
}

function plainError(cause: unknown, name: string, signal: AbortSignal | undefined): ToolError {
  if (signal?.aborted) return new ToolError(STOPPED, { cause });
  if (cause instanceof ToolError) return cause;
  logger.error("A tool failed.", { tool: name, cause: String(cause) });
  return new ToolError(FAILED, { cause });
}
