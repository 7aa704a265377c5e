import { generateText, type LanguageModel } from "ai";

/** Some servers refuse what would be too long if the model used more of its window than that. */
const MAX_OUTPUT_SHARE = 0.25;

interface Wanted {
  instructions: string;
  prompt: string;
  /** Room for what is wanted, and for a model that thinks before it writes. */
  maxOutputTokens: number;
  /** All that the model can take, in tokens. */
  contextWindow: number;
  abortSignal: AbortSignal;
}

/** What a model writes when it is asked once, beside a conversation. Throws what the model or the signal throws. */
export async function writeText(model: LanguageModel, wanted: Wanted): Promise<string> {
  const { contextWindow, maxOutputTokens, ...request } = wanted;
  const room = Math.floor(Math.min(maxOutputTokens, MAX_OUTPUT_SHARE * contextWindow));
  const { text } = await generateText({ model, ...request, maxOutputTokens: room, maxRetries: 0 });
  return text;
}
