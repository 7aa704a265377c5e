import { setTimeout as sleep } from "node:timers/promises";
import { PlainModelError } from "./describe-model-error.ts";
import { answerTo, type DemoAnswer, type DemoTurn } from "./demo-answers.ts";
import { summaryOf } from "./demo-summary.ts";
import { demoTitle } from "./demo-title.ts";
import type { CallOptions, LanguageModelV4, StreamPart } from "./language-model.ts";
import { SUMMARY_INSTRUCTIONS, SUMMARY_LEAD } from "./summarise.ts";
import { TITLE_INSTRUCTIONS } from "./title.ts";

/** Small enough that a few long answers show what happens to long conversations. */
export const DEMO_CONTEXT_WINDOW = 8000;

type Part = Exclude<CallOptions["prompt"][number]["content"], string>[number];

export interface DemoPace {
  /** From the request to the first word. */
  ttftMs: number;
  tokensPerSecond: number;
}

/**
 * A model that runs nowhere: it lets everything be seen before anyone has a key. It keeps a human pace, so that what
 * streaming, stopping and reloading feel like is real.
 */
export function createDemoModel(pace: DemoPace): LanguageModelV4 {
  return {
    specificationVersion: "v4",
    provider: "skein.demo",
    modelId: "skein",
    supportedUrls: {},
    doStream: (options) => {
      const answer = answerOf(options.prompt);
      return Promise.resolve({ stream: streamOf(speak(answer, pace, options.abortSignal)) });
    },
    doGenerate: (options) => {
      const answer = answerOf(options.prompt);
      if (answer.error) return Promise.reject(new PlainModelError(answer.error));
      return Promise.resolve({
        content: [{ type: "text", text: answer.text }],
        finishReason: FINISHED,
        usage: usageOf(answer),
        warnings: [],
      });
    },
  };
}

function streamOf(parts: AsyncGenerator<StreamPart>): ReadableStream<StreamPart> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await parts.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => void parts.return(undefined),
  });
}

const FINISHED = { unified: "stop", raw: "stop" } as const;

async function* speak(answer: DemoAnswer, pace: DemoPace, signal: AbortSignal | undefined): AsyncGenerator<StreamPart> {
  yield { type: "stream-start", warnings: [] };
  await sleep(pace.ttftMs, undefined, { signal });
  if (answer.reasoning) {
    yield { type: "reasoning-start", id: "reasoning" };
    for await (const delta of words(answer.reasoning, pace, signal))
      yield { type: "reasoning-delta", id: "reasoning", delta };
    yield { type: "reasoning-end", id: "reasoning" };
  }
  yield { type: "text-start", id: "text" };
  for await (const delta of words(answer.text, pace, signal)) yield { type: "text-delta", id: "text", delta };
  if (answer.error) {
    yield { type: "error", error: new PlainModelError(answer.error) };
    return;
  }
  yield { type: "text-end", id: "text" };
  yield { type: "finish", finishReason: FINISHED, usage: usageOf(answer) };
}

/** A word at a time, each when it is due: a late timer must not slow the whole answer down. */
async function* words(
  text: string,
  { tokensPerSecond }: DemoPace,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  const start = performance.now();
  for (const [index, word] of (text.match(/\s*\S+\s*$|\s*\S+/g) ?? []).entries()) {
    const wait = start + (index * 1000) / tokensPerSecond - performance.now();
    if (wait > 0) await sleep(wait, undefined, { signal });
    signal?.throwIfAborted();
    yield word;
  }
}

function answerOf(prompt: CallOptions["prompt"]): DemoAnswer {
  const turns = turnsOf(prompt);
  const given = turns.at(-1)?.text ?? "";
  const isTold = (instructions: string) =>
    prompt.some(({ role, content }) => role === "system" && content === instructions);
  if (isTold(SUMMARY_INSTRUCTIONS)) return { text: summaryOf(given) };
  if (isTold(TITLE_INSTRUCTIONS)) return { text: demoTitle(given) };
  return answerTo(turns);
}

function turnsOf(prompt: CallOptions["prompt"]): DemoTurn[] {
  return prompt.flatMap((message): DemoTurn[] => {
    if (message.role !== "user" && message.role !== "assistant") return [];
    const texts = message.content.flatMap((part) => (part.type === "text" ? [part.text] : []));
    const text = texts.filter((text) => !ATTACHED.test(text)).join("");
    if (text.startsWith(SUMMARY_LEAD)) return [{ role: "summary", text }];
    return [{ role: message.role, text, files: message.content.flatMap((part) => describeFile(part) ?? []) }];
  });
}

/** A text file as models are given it (files/model-files.ts). */
const ATTACHED = /^<file name="([^"]*)">\n(.*)\n<\/file>$/s;

function describeFile(part: Part): string | undefined {
  if (part.type === "file" && part.data.type === "data" && typeof part.data.data !== "string")
    return `**${part.filename ?? "a file"}**: an image (${part.mediaType}) of ${part.data.data.length} bytes`;
  const [, name, text] = (part.type === "text" && ATTACHED.exec(part.text)) || [];
  if (name === undefined || text === undefined) return undefined;
  const lines = text.split("\n").length;
  return `**${name}**: a text of ${lines} ${lines === 1 ? "line" : "lines"}, ${text.length} characters`;
}

function usageOf({ text, reasoning = "" }: DemoAnswer) {
  const count = (words: string) => words.split(/\s+/).filter(Boolean).length;
  return {
    inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: count(text) + count(reasoning), text: count(text), reasoning: count(reasoning) },
  };
}
