import type { UIMessage, UIMessageChunk, UIMessageStreamOptions } from "ai";
import { continued } from "./continued.ts";

interface Answer {
  toUIMessageStream(options: UIMessageStreamOptions<UIMessage>): ReadableStream<UIMessageChunk>;
  usage: unknown;
  totalUsage: unknown;
}

/**
 * A model's result as the rest of an answer, to be returned from an agent's run: the runtime reads the stream and the usage
 * of what it is given, and nothing else.
 */
export function goingOn<Result extends Answer>(result: Result, answer: UIMessage, how: { isNewStep: boolean }) {
  return {
    // Of the answer as it is, the AI SDK knows which call a result belongs to.
    toUIMessageStream: (options: UIMessageStreamOptions<UIMessage>) =>
      result.toUIMessageStream({ ...options, originalMessages: [answer] }).pipeThrough(continued(answer, how)),
    get totalUsage(): Result["totalUsage"] {
      return result.totalUsage;
    },
    get usage(): Result["usage"] {
      return result.usage;
    },
  };
}
