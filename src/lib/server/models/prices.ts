import type { LanguageModelUsage } from "ai";

/** USD for a million tokens. */
interface Price {
  input: number;
  /** What comes from the provider's cache. */
  cached: number;
  /** What is put into it. Without: as `input`. */
  cacheWrite?: number;
  /** Thoughts included. */
  output: number;
}

interface PriceList extends Price {
  /** All of a request that is told more than so many tokens. */
  long?: Price & { above: number };
  /** From this day on (UTC). */
  next?: Price & { from: string };
}

/** The day of the list. It is stored with what was reckoned by it. */
export const PRICES_OF = "2026-11-28";

/**
 * List prices of the models of hosted.ts, from platform.claude.com/docs, developers.openai.com/api/docs/models and
 * ai.google.dev/gemini-api/docs/pricing: no batches, no priority, no regional surcharge, caches of the shortest time.
 */
export const PRICES: Record<string, PriceList> = {
  "anthropic:claude-sonnet-5-5": { input: 2, cached: 0.1, cacheWrite: 2.5, output: 10 },
  "anthropic:claude-opus-5-5": { input: 4, cached: 0.2, cacheWrite: 5, output: 20 },
  "anthropic:claude-haiku-4-5": { input: 1, cached: 0.1, cacheWrite: 1.25, output: 5 },
  "openai:gpt-6.1-sol": {
    ...{ input: 2, cached: 0.1, cacheWrite: 2.5, output: 10 },
    long: { above: 272_000, input: 4, cached: 0.2, cacheWrite: 5, output: 15 },
  },
  "openai:gpt-6.1-terra": {
    ...{ input: 1, cached: 0.05, cacheWrite: 1.25, output: 5 },
    long: { above: 272_000, input: 2, cached: 0.1, cacheWrite: 2.5, output: 7.5 },
  },
  "google:gemini-4-argon": {
    ...{ input: 2, cached: 0.1, output: 10 },
    next: { from: "2026-12-01", input: 4, cached: 0.2, output: 20 },
  },
  "google:gemini-3.8-flash": {
    ...{ input: 0.75, cached: 0.075, output: 3.75 },
    next: { from: "2027-01-01", input: 1.5, cached: 0.15, output: 7.5 },
  },
};

/** What one request to a model cost, in USD. Undefined: the model is not on the list, or its provider did not count. */
export function costOf(
  model: string,
  { inputTokens, inputTokenDetails, outputTokens }: LanguageModelUsage,
  now = Date.now(),
): number | undefined {
  const list = Object.hasOwn(PRICES, model) ? PRICES[model] : undefined;
  if (!list || inputTokens === undefined || outputTokens === undefined) return undefined;
  const { input, cached, cacheWrite = input, output } = priceOn(list, inputTokens, now);
  const read = inputTokenDetails.cacheReadTokens ?? 0;
  const written = inputTokenDetails.cacheWriteTokens ?? 0;
  const plain = Math.max(0, inputTokens - read - written);
  return (plain * input + read * cached + written * cacheWrite + outputTokens * output) / 1e6;
}

function priceOn(list: PriceList, inputTokens: number, now: number): Price {
  if (list.next && now >= Date.parse(list.next.from)) return list.next;
  return list.long && inputTokens > list.long.above ? list.long : list;
}
