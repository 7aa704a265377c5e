import { setTimeout as sleep } from "node:timers/promises";
import { generateId } from "ai";
import { PlainModelError } from "./describe-model-error.ts";
import { answerTo, type DemoAnswer, type DemoTurn } from "./demo-answers.ts";
import { research } from "./demo-research.ts";
import { summaryOf } from "./demo-summary.ts";
import { demoTitle } from "./demo-title.ts";
import { usageOf } from "./demo-usage.ts";
import type { DemoResult } from "./demo-tools.ts";
import { RESEARCH_INSTRUCTIONS } from "../../tools/research-instructions.ts";
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
      const answer = answerOf(options);
      return Promise.resolve({ stream: streamOf(speak(answer, pace, options)) });
    },
    doGenerate: (options) => {
      const answer = answerOf(options);
      if (answer.error) return Promise.reject(new PlainModelError(answer.error));
      const call = answer.call && callOf(answer.call);
      return Promise.resolve({
        content: [{ type: "text", text: answer.text }, ...(call ? [call] : [])],
        finishReason: call ? CALLED : FINISHED,
        usage: usageOf(options.prompt, answer),
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
const CALLED = { unified: "tool-calls", raw: "tool-calls" } as const;

async function* speak(answer: DemoAnswer, pace: DemoPace, options: CallOptions): AsyncGenerator<StreamPart> {
  const { abortSignal: signal } = options;
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
  for (const { url, title } of answer.sources ?? [])
    yield { type: "source", sourceType: "url", id: generateId(), url, title };
  if (answer.image) yield { type: "file", mediaType: "image/png", data: { type: "data", data: answer.image } };
  if (answer.call) {
    const call = callOf(answer.call);
    const { toolCallId: id, toolName, input } = call;
    yield { type: "tool-input-start", id, toolName };
    for await (const delta of words(input, pace, signal)) yield { type: "tool-input-delta", id, delta };
    yield { type: "tool-input-end", id };
    yield call;
  }
  yield { type: "finish", finishReason: answer.call ? CALLED : FINISHED, usage: usageOf(options.prompt, answer) };
}

function callOf({ tool, input }: NonNullable<DemoAnswer["call"]>) {
  return { type: "tool-call", toolCallId: generateId(), toolName: tool, input: JSON.stringify(input) } as const;
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

function answerOf({ prompt, tools }: CallOptions): DemoAnswer {
  const turns = turnsOf(prompt);
  const given = turns.at(-1)?.text ?? "";
  const asked = turns.findLast(({ role }) => role === "user")?.text ?? "";
  const isTold = (instructions: string) =>
    prompt.some(({ role, content }) => role === "system" && content === instructions);
  if (isTold(SUMMARY_INSTRUCTIONS)) return { text: summaryOf(given) };
  if (isTold(TITLE_INSTRUCTIONS)) return { text: demoTitle(given) };
  const result = resultIn(prompt);
  const answer = isTold(RESEARCH_INSTRUCTIONS) ? research(asked, result) : answerTo(turns, result);
  const isOffered = tools?.some(({ name }) => name === answer.call?.tool);
  return isOffered ? answer : { ...answer, call: undefined };
}

/** What the tools brought since the last question: the last of it is what the answer goes on from. */
function resultIn(prompt: CallOptions["prompt"]): DemoResult | undefined {
  const said = prompt.at(-1);
  if (said?.role !== "tool") return undefined;
  const part = said.content.findLast((part) => part.type === "tool-result");
  if (part?.type !== "tool-result") return undefined;
  const { toolName: tool, output } = part;
  if (output.type === "execution-denied") return { tool, denied: output.reason ?? "" };
  if (output.type === "error-text" || output.type === "error-json") return { tool, error: String(output.value) };
  return { tool, output: output.value };
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
