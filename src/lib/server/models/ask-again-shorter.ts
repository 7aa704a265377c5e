import { wrapLanguageModel } from "ai";
import { isTooLong } from "./is-too-long.ts";
import type { CallOptions, LanguageModelV4 } from "./language-model.ts";

export type Prompt = CallOptions["prompt"];

/**
 * The same model; when it refuses a conversation as too long, it is asked once more, with what `shorten` makes of it.
 * Undefined leaves it at the refusal.
 */
export function askAgainShorter(
  model: LanguageModelV4,
  shorten: (prompt: Prompt, signal: AbortSignal | undefined) => Promise<Prompt | undefined>,
): LanguageModelV4 {
  return wrapLanguageModel({
    model,
    middleware: {
      wrapStream: async ({ doStream, model, params }) => {
        try {
          return await doStream();
        } catch (refusal) {
          if (!isTooLong(refusal)) throw refusal;
          const prompt = await shorten(params.prompt, params.abortSignal);
          if (prompt === undefined) throw refusal;
          return model.doStream({ ...params, prompt });
        }
      },
    },
  }) as LanguageModelV4;
}
