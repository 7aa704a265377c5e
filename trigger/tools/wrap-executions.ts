import type { Tool, ToolExecutionOptions } from "ai";

export type Execute = (input: never, options: ToolExecutionOptions<never>) => unknown;

/** The same tools, each executed as `wrap` says. What nothing executes stays as it is. */
export function wrapExecutions<Tools extends Record<string, Tool>>(
  tools: Tools,
  wrap: (name: string, execute: Execute) => Execute,
): Tools {
  const wrapped = Object.entries(tools).map(([name, tool]) => {
    const { execute } = tool;
    return [name, execute ? { ...tool, execute: wrap(name, execute as Execute) } : tool];
  });
  return Object.fromEntries(wrapped) as Tools;
}
