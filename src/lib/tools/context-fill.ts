import type { SkeinMessage } from "./message.ts";
import type { Usage } from "./usage.ts";

/** From this share of a model's window on, the beginning of a conversation is summarised for it. */
export const NEARLY_FULL = 0.8;

/** How much of a model's window a conversation takes, in tokens. */
export interface ContextFill {
  tokens: number;
  window: number;
}

/** What the path's last answer took of the window; undefined: of no answer on it anybody has counted. */
export function contextTokens(path: readonly Pick<SkeinMessage, "metadata">[]): number | undefined {
  for (let at = path.length - 1; at >= 0; at--) {
    const tokens = tokensOf(path[at]?.metadata?.usage);
    if (tokens !== undefined) return tokens;
  }
  return undefined;
}

/** Answers from before this was measured say it when they had a single step. */
function tokensOf({ contextTokens, steps, inputTokens, outputTokens = 0 }: Usage = { steps: 0, ms: 0 }) {
  if (contextTokens !== undefined || inputTokens === undefined || steps !== 1) return contextTokens;
  return inputTokens + outputTokens;
}

/** Whole percents, of which a conversation that has begun takes one at least, and none more than all. */
export function percentOf({ tokens, window }: ContextFill): number {
  return Math.min(100, Math.max(1, Math.round((100 * tokens) / window)));
}

export const isNearlyFull = ({ tokens, window }: ContextFill): boolean => tokens >= NEARLY_FULL * window;
