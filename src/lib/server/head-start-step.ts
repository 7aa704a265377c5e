import type { ModelMessage, StreamTextResult, ToolSet, UIMessageChunk } from "ai";
import { describeModelError } from "./models/index.ts";

type Result = StreamTextResult<ToolSet, never, never>;

/**
 * The first step as the SDK hands it over to the agent: it streams `toUIMessageStream` into the session and then decides
 * by `finishReason` and `response`. In between we see to it that
 *
 * - a failure leaves no last word: its error is not streamed, `finishReason` rejects, the SDK tells the waiting run to
 *   go, and an ordinary turn answers (or fails properly, with everything that belongs to a failed turn);
 * - nothing at all is streamed before the first word, so that a refused key leaves no trace;
 * - an answer that somebody stopped counts as an answer.
 */
export function headStartStep(result: Result, options: { metadata: object; stop: AbortSignal }) {
  let settle: (end: "finished" | "stopped") => void;
  let fail: (error: unknown) => void;
  const end = new Promise<"finished" | "stopped">((resolve, reject) => {
    settle = resolve;
    fail = reject;
  });
  const written = { text: "" };
  const finishReason = end.then((how) => (how === "stopped" ? "stop" : result.finishReason));
  const response = end.then(async (how): Promise<{ messages: ModelMessage[] }> =>
    how === "stopped"
      ? { messages: [{ role: "assistant", content: [{ type: "text", text: written.text }] }] }
      : result.response,
  );
  // The SDK reads them one after the other, and after a failure only the first: an unread rejection ends the process.
  for (const promise of [finishReason, response]) promise.catch(() => {});
  return {
    finishReason,
    response,
    toUIMessageStream: ({ generateMessageId }: { generateMessageId: () => string }) =>
      result
        .toUIMessageStream({
          generateMessageId,
          onError: describeModelError,
          messageMetadata: ({ part }) => (part.type === "start" ? options.metadata : undefined),
        })
        .pipeThrough(
          filter(written, options.stop, (how) =>
            how === "failed" ? fail(new Error("The head start failed.")) : settle(how),
          ),
        ),
  };
}

function filter(written: { text: string }, stop: AbortSignal, ended: (how: "finished" | "stopped" | "failed") => void) {
  const held: UIMessageChunk[] = [];
  let openText: string | undefined;
  let how: "finished" | "stopped" | "failed" | undefined;
  return new TransformStream<UIMessageChunk, UIMessageChunk>({
    transform(chunk, controller) {
      if (how !== undefined) return;
      if (chunk.type === "error" || chunk.type === "abort") {
        how = chunk.type === "abort" && stop.aborted && written.text ? "stopped" : "failed";
        if (how === "failed") return;
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
      if (chunk.type === "text-end") openText = undefined;
      for (const early of held.splice(0)) controller.enqueue(early);
      controller.enqueue(chunk);
      if (chunk.type === "finish") how = "finished";
    },
    flush: () => ended(how ?? "failed"),
  });
}
