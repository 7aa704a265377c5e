import type { LanguageModelUsage, ModelMessage } from "ai";
import { isNearlyFull } from "../../tools/context-fill.ts";
import { textOf, type SkeinMessage } from "../../tools/message.ts";
import type { Compaction } from "../compactions.ts";
import { askAgainShorter, summarise, type LanguageModelV4, type ModelInfo, type Prompt } from "../models/index.ts";
import { estimateTokens, fromQuestion, questionsAfter, summaryMessage } from "./compaction.ts";
import type { Compactor } from "./compactor.ts";

/** The last exchanges stay word for word: they are what the next question is about. */
const KEPT = 2;
/** What is too long already keeps its question only: it should fit now. */
const KEPT_WHEN_TOO_LONG = 1;

/** How much of the window a conversation may take that is to be summarised: its length is estimated. */
const SUMMARISED_AT_ONCE = 0.6;

export interface TurnContextParts {
  compactor: Pick<Compactor, "compact" | "isBusy">;
  chatId: string;
  /** From the root to what is answered. */
  path: SkeinMessage[];
  /** The one that holds on this path. */
  summary: Compaction | undefined;
  info: ModelInfo;
  model: LanguageModelV4;
  /** How long a summary may take. */
  timeoutMs: number;
  /** There is no summary, and why. Nothing else is wrong: the conversation goes on as it is. */
  onfailed: (cause: unknown) => void;
}

/** What the model is told in one turn: the path, or a summary of its beginning and the rest of it. */
export class TurnContext {
  /** The model to ask: one that refuses a conversation as too long gets a shorter one. */
  readonly model: LanguageModelV4;
  readonly #parts: TurnContextParts;
  #summary: Compaction | undefined;
  #told: ModelMessage[] = [];
  #reported: number | undefined;

  constructor(parts: TurnContextParts) {
    this.#parts = parts;
    this.#summary = parts.summary;
    this.model = askAgainShorter(parts.model, (prompt, signal) => this.#shorten(prompt, signal));
  }

  /**
   * The messages to send, of all those on the path. What has no room in the model is not sent to be refused: some servers
   * cut it off instead, and say nothing. It comes to that when somebody chooses a smaller model.
   */
  async tell(messages: ModelMessage[], signal: AbortSignal): Promise<ModelMessage[]> {
    const { path, info } = this.#parts;
    this.#told = this.#shortened(messages);
    if (estimateTokens(this.#told) > info.contextWindow) {
      this.#summary = (await this.#compact(path, KEPT_WHEN_TOO_LONG, signal)) ?? this.#summary;
      this.#told = this.#shortened(messages);
    }
    return this.#told;
  }

  #shortened(messages: ModelMessage[]): ModelMessage[] {
    if (!this.#summary) return messages;
    const { summary, messageId } = this.#summary;
    return [summaryMessage(summary), ...fromQuestion(messages, questionsAfter(this.#parts.path, messageId))];
  }

  /** What a provider says a step took. One that does not count what it was told says nothing. */
  used({ inputTokens, totalTokens }: LanguageModelUsage): void {
    this.#reported = inputTokens === undefined ? undefined : totalTokens;
  }

  /** After the turn: summarises what the next one might find too long. */
  async end(path: SkeinMessage[]): Promise<void> {
    const { compactor, info } = this.#parts;
    const answer = path.at(-1);
    const tokens =
      this.#reported ?? estimateTokens([...this.#told, { role: "assistant", content: answer ? textOf(answer) : "" }]);
    // Before it is too long, for the next question needs room as well. While one is written, it is for the turn before; the
    // next turn looks again.
    if (compactor.isBusy || !isNearlyFull({ tokens, window: info.contextWindow })) return;
    await this.#compact(path, KEPT);
  }

  async #shorten(prompt: Prompt, signal: AbortSignal | undefined): Promise<Prompt | undefined> {
    const { path } = this.#parts;
    const shorter = await this.#compact(path, KEPT_WHEN_TOO_LONG, signal);
    if (!shorter || shorter.messageId === this.#summary?.messageId) return undefined;
    // Whatever the model is told beside the path comes after it.
    const beside = countQuestions(prompt) - countQuestions(this.#told);
    return [
      ...prompt.filter(({ role }) => role === "system"),
      { role: "user", content: [{ type: "text", text: summaryMessage(shorter.summary).content }] },
      ...fromQuestion(prompt, questionsAfter(path, shorter.messageId) + beside),
    ];
  }

  async #compact(path: SkeinMessage[], keep: number, stop?: AbortSignal): Promise<Compaction | undefined> {
    const { compactor, chatId, info, model, timeoutMs, onfailed } = this.#parts;
    const compacted = compactor.compact({
      chatId,
      path,
      keep,
      model: info.id,
      tokens: SUMMARISED_AT_ONCE * info.contextWindow,
      summarise: (conversation) => {
        const timeout = AbortSignal.timeout(timeoutMs);
        const abortSignal = stop ? AbortSignal.any([timeout, stop]) : timeout;
        return summarise(model, conversation, { contextWindow: info.contextWindow, abortSignal });
      },
    });
    return compacted.catch((cause: unknown) => {
      onfailed(cause);
      return undefined;
    });
  }
}

function countQuestions(messages: { role: string }[]): number {
  return messages.filter(({ role }) => role === "user").length;
}
