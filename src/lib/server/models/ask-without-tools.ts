import { APICallError, wrapLanguageModel } from "ai";
import type { LanguageModelV4 } from "./language-model.ts";

/** Ollama, vLLM, llama.cpp: each in its own words, and llama.cpp as a 500. */
const WORDS = /not support (tools|function)|tool choice requires|tools param requires|tools? (is|are) not supported/i;

/**
 * The same model; if its server refuses tools, it is asked without them, from then on. A small model on one's own
 * machine may have no template for them, and should still talk.
 */
export function askWithoutTools(model: LanguageModelV4): LanguageModelV4 {
  let refusesTools = false;
  return wrapLanguageModel({
    model,
    middleware: {
      wrapStream: async ({ model, params }) => {
        const bare = { ...params, tools: undefined, toolChoice: undefined };
        if (refusesTools) return model.doStream(bare);
        try {
          return await model.doStream(params);
        } catch (error) {
          if (!params.tools?.length || !isAboutTools(error)) throw error;
          refusesTools = true;
          return model.doStream(bare);
        }
      },
    },
  }) as LanguageModelV4;
}

function isAboutTools(error: unknown): boolean {
  return APICallError.isInstance(error) && (error.statusCode ?? 0) >= 400 && WORDS.test(error.responseBody ?? "");
}
