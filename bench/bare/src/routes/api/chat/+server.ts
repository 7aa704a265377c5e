import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import {
  convertToModelMessages,
  createUIMessageStreamResponse,
  streamText,
  toUIMessageStream,
  type UIMessage,
} from "ai";

const provider = createOpenAICompatible({ name: "mock", baseURL: process.env.OPENAI_COMPATIBLE_BASE_URL ?? "" });

export async function POST({ request }: { request: Request }): Promise<Response> {
  const { messages } = (await request.json()) as { messages: UIMessage[] };
  const { stream } = streamText({ model: provider("mock"), messages: await convertToModelMessages(messages) });
  return createUIMessageStreamResponse({ stream: toUIMessageStream({ stream }) });
}
