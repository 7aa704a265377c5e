import type { DynamicToolUIPart, ToolUIPart, UIMessage, UIMessageChunk } from "ai";

/**
 * A stream that goes on with an answer: first all that it has, then what the model adds, its first words in the same
 * text as the last ones. So the message is whole for whoever reads the turn from its start, the runtime included, which
 * stores what was streamed. With `isNewStep` the model begins a text of its own, after what tools said.
 */
export function continued(
  answer: UIMessage,
  { isNewStep = false } = {},
): TransformStream<UIMessageChunk, UIMessageChunk> {
  const { chunks, openText } = replay(answer, isNewStep);
  /** The model's first text while it is written: it is the rest of the last one. Later ones may have its id again. */
  let rest: string | undefined;
  let isJoined = openText === undefined;
  let isFirstStep = true;
  return new TransformStream<UIMessageChunk, UIMessageChunk>({
    transform(chunk, controller) {
      switch (chunk.type) {
        case "start":
          controller.enqueue(chunk);
          for (const old of chunks) controller.enqueue(old);
          return;
        case "start-step":
          // The open text would end with its step.
          if (openText === undefined || !isFirstStep) controller.enqueue(chunk);
          isFirstStep = false;
          return;
        case "text-start":
          if (isJoined) return controller.enqueue(chunk);
          isJoined = true;
          rest = chunk.id;
          return;
        case "text-delta":
        case "text-end":
          controller.enqueue(chunk.id === rest && openText !== undefined ? { ...chunk, id: openText } : chunk);
          if (chunk.type === "text-end" && chunk.id === rest) rest = undefined;
          return;
        case "finish-step":
          // It said nothing: what comes in the next step is a text of its own.
          if (!isJoined && openText !== undefined) controller.enqueue({ type: "text-end", id: openText });
          isJoined = true;
          controller.enqueue(chunk);
          return;
        default:
          controller.enqueue(chunk);
      }
    },
  });
}

/** The chunks that make a message's parts; a text at its end stays open. */
function replay(answer: UIMessage, isClosed: boolean): { chunks: UIMessageChunk[]; openText: string | undefined } {
  const chunks: UIMessageChunk[] = [];
  let openText: string | undefined;
  for (const [index, part] of answer.parts.entries()) {
    const id = `before-${index}`;
    switch (part.type) {
      case "step-start":
        chunks.push({ type: "start-step" });
        break;
      case "text":
        chunks.push({ type: "text-start", id }, { type: "text-delta", id, delta: part.text });
        if (index === answer.parts.length - 1 && !isClosed) openText = id;
        else chunks.push({ type: "text-end", id });
        break;
      case "reasoning":
        chunks.push({ type: "reasoning-start", id }, { type: "reasoning-delta", id, delta: part.text });
        chunks.push({ type: "reasoning-end", id, providerMetadata: part.providerMetadata });
        break;
      case "file":
        chunks.push({ type: "file", url: part.url, mediaType: part.mediaType });
        break;
      case "source-url":
      case "source-document":
      case "reasoning-file":
      case "custom":
        chunks.push(part);
        break;
      default:
        chunks.push(...replayOther(part));
    }
  }
  return { chunks, openText };
}

function replayOther(part: UIMessage["parts"][number]): UIMessageChunk[] {
  if (part.type.startsWith("data-") && "data" in part) return [part as UIMessageChunk];
  if (!("toolCallId" in part)) return [];
  const { toolCallId } = part;
  const toolName = "toolName" in part ? part.toolName : part.type.slice("tool-".length);
  const { title, callProviderMetadata: providerMetadata, toolMetadata } = part;
  const dynamic = part.type === "dynamic-tool";
  const call = { toolCallId, toolName, input: part.input, dynamic, title, providerMetadata, toolMetadata };
  return [{ type: "tool-input-available", ...call }, ...replayApproval(part), ...replayResult(part, dynamic)];
}

type ToolPart = ToolUIPart | DynamicToolUIPart;

/** What was asked of the person, and what they said. */
function replayApproval({ toolCallId, approval }: ToolPart): UIMessageChunk[] {
  if (!approval) return [];
  const { id: approvalId, approved, reason, isAutomatic } = approval;
  const asked = { approvalId, toolCallId, ...(isAutomatic ? { isAutomatic } : {}) };
  const request: UIMessageChunk = { type: "tool-approval-request", ...asked };
  if (approved === undefined) return [request];
  return [request, { type: "tool-approval-response", approvalId, approved, ...(reason ? { reason } : {}) }];
}

function replayResult(part: ToolPart, dynamic: boolean): UIMessageChunk[] {
  const { toolCallId } = part;
  switch (part.state) {
    case "output-available":
      return [{ type: "tool-output-available", toolCallId, output: part.output, dynamic }];
    case "output-error":
      return [{ type: "tool-output-error", toolCallId, errorText: part.errorText, dynamic }];
    case "output-denied":
      return [{ type: "tool-output-denied", toolCallId }];
    default:
      return [];
  }
}
