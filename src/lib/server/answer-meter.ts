import type { LanguageModelUsage, TextStreamPart, ToolSet } from "ai";
import type { SkeinMetadata } from "../tools/message.ts";
import type { ToolTime, Usage } from "../tools/usage.ts";
import { isStorable } from "./jsonb.ts";
import { costOf, PRICES_OF } from "./models/prices.ts";

interface Options {
  /** As `provider:model`. */
  model: string;
  /** What the answer says of itself from its start. */
  metadata: SkeinMetadata;
  /** What it took before, if it only goes on here. */
  before?: Usage;
  now?: () => number;
}

/**
 * Measures an answer while it is streamed, and says so in its metadata: tokens and time after each step, so that an
 * answer which ends early has what its finished steps took; and when each tool began and ended.
 */
export class AnswerMeter {
  readonly #options: Options;
  readonly #now: () => number;
  readonly #begunAt: number;
  readonly #tools = new Map<string, number>();
  #usage: Usage | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#begunAt = this.#now();
    this.#usage = options.before;
  }

  /** What the finished steps took, those before included. */
  get usage(): Usage | undefined {
    return this.#usage;
  }

  /** To be given to `toUIMessageStream`. */
  readonly messageMetadata = ({ part }: { part: TextStreamPart<ToolSet> }): SkeinMetadata | undefined => {
    switch (part.type) {
      case "start":
        return this.#options.metadata;
      case "tool-call":
        this.#tools.set(part.toolCallId, this.#now());
        return this.#timed(part.toolCallId, {});
      case "tool-result":
        return part.preliminary ? undefined : this.#done(part.toolCallId);
      case "tool-error":
        return this.#done(part.toolCallId);
      case "finish-step":
        this.#usage = this.#with(part.usage);
        return { usage: this.#usage };
      default:
        return undefined;
    }
  };

  #done(toolCallId: string): SkeinMetadata | undefined {
    return this.#timed(toolCallId, { ms: Math.max(0, this.#now() - this.#startOf(toolCallId)) });
  }

  #timed(toolCallId: string, more: Partial<ToolTime>): SkeinMetadata | undefined {
    // A model chose it, and a key that Postgres does not take would fail the save of the whole turn.
    if (!isStorable(toolCallId)) return undefined;
    return { tools: { [toolCallId]: { startedAt: this.#startOf(toolCallId), ...more } } };
  }

  /** One that was called before (in a head start, or before somebody approved) begins with the stream. */
  #startOf(toolCallId: string): number {
    return this.#tools.get(toolCallId) ?? this.#begunAt;
  }

  #with(step: LanguageModelUsage): Usage {
    const before = this.#options.before;
    const so = this.#usage;
    const usd = costOf(this.#options.model, step, this.#now());
    // A sum of what is known and what is not would be wrong, and look right.
    const isPriced = usd !== undefined && (so === undefined || so.cost !== undefined);
    return {
      ...sum("inputTokens", so, step.inputTokens),
      ...sum("outputTokens", so, step.outputTokens),
      ...sum("cachedInputTokens", so, step.inputTokenDetails?.cacheReadTokens),
      ...sum("reasoningTokens", so, step.outputTokenDetails?.reasoningTokens),
      ...(step.inputTokens === undefined ? {} : { contextTokens: step.inputTokens + (step.outputTokens ?? 0) }),
      steps: (so?.steps ?? 0) + 1,
      ms: (before?.ms ?? 0) + Math.max(0, this.#now() - this.#begunAt),
      ...(isPriced ? { cost: { usd: (so?.cost?.usd ?? 0) + usd, pricesOf: PRICES_OF } } : {}),
    };
  }
}

type Counted = "inputTokens" | "outputTokens" | "cachedInputTokens" | "reasoningTokens";

function sum(name: Counted, before: Usage | undefined, tokens: number | undefined): Partial<Usage> {
  return tokens === undefined && before?.[name] === undefined ? {} : { [name]: (before?.[name] ?? 0) + (tokens ?? 0) };
}
