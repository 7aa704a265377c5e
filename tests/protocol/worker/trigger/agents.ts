import { chat } from "@trigger.dev/sdk/ai";
import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { convertArrayToReadableStream, MockLanguageModelV4 } from "ai/test";

/**
 * Agents for the protocol tests. The last user message is a script: `words=20 every=10` answers with twenty numbered
 * words, one every ten milliseconds. The answer begins with the number of messages the model was given, so that a test
 * sees what history a run knew. No `storage`: the default transcript goes through the engine's snapshot URLs.
 */
type Options = Parameters<typeof chat.agent>[0];

const run: Options["run"] = async ({ messages, signal, streamText }) => {
  console.log(`answering ${messages.length}`);
  return streamText({
    model: scripted(messages.length, JSON.stringify(messages.at(-1))),
    messages,
    abortSignal: signal,
  });
};

export const agent = chat.agent({ id: "scripted", idleTimeoutInSeconds: 60, turnTimeout: "1h", run });

/** Gives its process back between turns, as soon as it can. */
export const brief = chat.agent({ id: "brief", idleTimeoutInSeconds: 1, turnTimeout: "2s", run });

/** Sleeps at a waitpoint between turns, and stays. */
export const sleeper = chat.agent({ id: "sleeper", idleTimeoutInSeconds: 1, turnTimeout: "1h", run });

export const warm = chat.agent({ id: "warm", exitAfterPreloadIdle: true, preloadIdleTimeoutInSeconds: 1, run });

export function scripted(known: number, prompt: string, prefix = ""): MockLanguageModelV4 {
  const number = (name: string, standard: number) =>
    Number(new RegExp(String.raw`${name}=(\d+)`).exec(prompt)?.[1] ?? standard);
  const words = Array.from({ length: number("words", 5) }, (_, index) => ` w${index + 1}`);
  const parts: LanguageModelV4StreamPart[] = [
    { type: "stream-start", warnings: [] },
    { type: "text-start", id: "1" },
    ...[`${prefix}known=${known}`, ...words].map((delta) => ({ type: "text-delta" as const, id: "1", delta })),
    { type: "text-end", id: "1" },
    {
      type: "finish",
      finishReason: { unified: "stop", raw: "stop" },
      usage: {
        inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
        outputTokens: { total: 1, text: 1, reasoning: 0 },
      },
    },
  ];
  const every = number("every", 5);
  return new MockLanguageModelV4({
    doStream: ({ abortSignal }) => Promise.resolve({ stream: paced(parts, every, abortSignal) }),
  });
}

function paced(parts: LanguageModelV4StreamPart[], every: number, signal: AbortSignal | undefined) {
  const pace = new TransformStream<LanguageModelV4StreamPart, LanguageModelV4StreamPart>({
    async transform(part, controller) {
      await new Promise((resolve) => setTimeout(resolve, every));
      signal?.throwIfAborted();
      controller.enqueue(part);
    },
  });
  return convertArrayToReadableStream(parts).pipeThrough(pace);
}
