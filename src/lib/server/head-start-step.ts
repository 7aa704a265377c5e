import type { ModelMessage, StreamTextResult, ToolSet, UIMessageChunk } from "ai";
import type { Part } from "../tools/message-parts.ts";
import type { SkeinMessage } from "../tools/message.ts";
import { needsPerson } from "../tools/requests.ts";
import type { AnswerMeter } from "./answer-meter.ts";
import { describeModelError, isWorthRepeating } from "./models/index.ts";

type Result = StreamTextResult<ToolSet, never, never>;

type End = { how: "whole" | "stopped" | "broken" } | { how: "refused"; sentence: string };

interface Options {
  meter: Pick<AnswerMeter, "messageMetadata">;
  stop: AbortSignal;
  /** There is an answer, or a step of one, with these parts that a hand-over leaves out. Awaited before it. */
  onanswered: (beside: SkeinMessage["parts"]) => Promise<void>;
  /** Stores why it failed, for the agent to end the turn with. Awaited before the hand-over. */
  onrefused: (sentence: string) => Promise<void>;
}

/**
 * The first step as the SDK hands it over to the agent: it streams `toUIMessageStream` into the session and then decides
 * by `finishReason` and `response`. In between we see to it that
 *
 * - nothing at all is streamed before the first word;
 * - a failure that may pass leaves no last word: an empty step is handed over, with the one reason (`tool-calls`) after
 *   which the SDK lets the agent go on, so the run that waits for it makes the second attempt;
 * - a failure that will not pass is said at once, and what was written is handed over as all there is;
 * - an answer that somebody stopped counts as an answer;
 * - a tool that waits for the person ends it as a failure that may pass does: a hand-over counts every call as approved,
 *   so the agent asks the model itself.
 */
export function headStartStep(result: Result, { meter, stop, onanswered, onrefused }: Options) {
  const written: Written = { text: "", beside: [] };
  let cause: unknown;
  let ended: (end: End) => void;
  const end = new Promise<End>((resolve) => (ended = resolve)).then(async (end) => {
    if (end.how === "refused") await onrefused(end.sentence);
    else if (end.how !== "broken") await onanswered(written.beside);
    return end;
  });
  const finishReason = end.then(({ how }) => {
    if (how === "whole") return result.finishReason;
    return { stopped: "stop", refused: "error", broken: "tool-calls" }[how];
  });
  const response = end.then(async ({ how }): Promise<{ messages: ModelMessage[] }> => {
    if (how === "whole") return result.response;
    if (how === "broken" || written.text === "") return { messages: [] };
    return { messages: [{ role: "assistant", content: [{ type: "text", text: written.text }] }] };
  });
  // The SDK reads them one after the other, and after a failure only the first: an unread rejection ends the process.
  for (const promise of [finishReason, response]) promise.catch(() => {});

  const endOf = (chunk: UIMessageChunk): End | undefined => {
    if ((chunk.type === "tool-input-start" || chunk.type === "tool-input-available") && needsPerson(chunk.toolName))
      return { how: "broken" };
    if (chunk.type === "finish") return { how: "whole" };
    if (chunk.type === "abort") return { how: stop.aborted && written.text ? "stopped" : "broken" };
    if (chunk.type !== "error") return undefined;
    return isWorthRepeating(cause) ? { how: "broken" } : { how: "refused", sentence: chunk.errorText };
  };

  return {
    finishReason,
    response,
    toUIMessageStream: ({ generateMessageId }: { generateMessageId: () => string }) =>
      result
        .toUIMessageStream({
          generateMessageId,
          sendSources: true,
          onError: (error) => describeModelError((cause ??= error)),
          messageMetadata: meter.messageMetadata,
        })
        .pipeThrough(untilEnd(written, endOf, (end) => ended(end))),
  };
}

interface Written {
  text: string;
  beside: SkeinMessage["parts"];
}

/** As a chunk it is what it is as a part. */
const isBeside = (chunk: UIMessageChunk): chunk is Extract<UIMessageChunk, Part> =>
  chunk.type === "source-url" || chunk.type === "source-document" || chunk.type === "file";

function untilEnd(written: Written, endOf: (chunk: UIMessageChunk) => End | undefined, ended: (end: End) => void) {
  const held: UIMessageChunk[] = [];
  let openText: string | undefined;
  let end: End | undefined;
  return new TransformStream<UIMessageChunk, UIMessageChunk>({
    transform(chunk, controller) {
      if (end) return;
      end = endOf(chunk);
      if (end?.how === "broken") return;
      if (end?.how === "refused") return controller.enqueue(chunk);
      if (end?.how === "stopped") {
        if (openText !== undefined) controller.enqueue({ type: "text-end", id: openText });
        controller.enqueue({ type: "finish-step" });
        controller.enqueue({ type: "finish", finishReason: "stop" });
        return;
      }
      if (chunk.type === "start" || chunk.type === "start-step") {
        held.push(chunk);
        return;
      }
      if (chunk.type === "text-start") openText = chunk.id;
      if (chunk.type === "text-delta") written.text += chunk.delta;
      if (isBeside(chunk)) written.beside.push(chunk);
      if (chunk.type === "text-end") openText = undefined;
      for (const early of held.splice(0)) controller.enqueue(early);
      controller.enqueue(chunk);
    },
    flush: () => ended(end ?? { how: "broken" }),
  });
}
