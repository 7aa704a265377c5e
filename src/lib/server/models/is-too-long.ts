import { APICallError, RetryError } from "ai";

/** Each provider says it in its own words: OpenAI and vLLM, llama.cpp, Anthropic, Google, Groq. */
const WORDS =
  /context.{0,20}(length|window|size)|too long|token count.{0,40}exceeds|exceeds the maximum number of tokens|reduce the length/i;

/** Whether a model refused a conversation because it does not fit. */
export function isTooLong(error: unknown): boolean {
  const cause = RetryError.isInstance(error) ? error.lastError : error;
  if (!APICallError.isInstance(cause) || cause.statusCode === undefined) return false;
  return saysTooLong(cause.statusCode, cause.responseBody);
}

export function saysTooLong(status: number, body = ""): boolean {
  return status === 413 || (status >= 400 && status < 500 && WORDS.test(body));
}
