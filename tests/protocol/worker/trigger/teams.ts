import { task } from "@trigger.dev/sdk";
import { chat } from "@trigger.dev/sdk/ai";
import { AgentChat } from "@trigger.dev/sdk/chat";
import { stepCountIs, tool, type UIMessage } from "ai";
import { convertArrayToReadableStream, MockLanguageModelV4 } from "ai/test";
import { z } from "zod";
import { scripted } from "./agents.ts";

/** Agents that ask other agents. */

const research = tool({
  description: "Asks the scripted agent.",
  inputSchema: z.object({ topic: z.string() }),
  execute: async ({ topic }, { toolCallId, abortSignal }) => {
    const researcher = new AgentChat({ agent: "scripted" });
    try {
      return await chat.forwardSubAgent(await researcher.sendMessage(topic, { abortSignal }), { toolCallId });
    } finally {
      await researcher.close();
    }
  },
  toModelOutput: ({ output }) => ({ type: "text", value: textOf(output as UIMessage | undefined) }),
});

const remove = tool({
  description: "Needs somebody's approval.",
  inputSchema: z.object({ file: z.string() }),
  execute: ({ file }) => Promise.resolve(`removed ${file}`),
});

/** Delegates what it is asked, and says how it went: `approve` asks for an approval instead. */
export const lead = chat.agent({
  id: "lead",
  idleTimeoutInSeconds: 60,
  tools: { research, remove },
  run: async ({ messages, signal, streamText }) => {
    const last = messages.at(-1);
    const text = JSON.stringify(last);
    const call = text.includes("approve")
      ? { toolName: "remove", input: { file: "notes" } }
      : { toolName: "research", input: { topic: "words=20 every=20" } };
    return streamText({
      model: last?.role === "tool" ? scripted(messages.length, "words=1") : calling(call.toolName, call.input),
      messages,
      tools: { research, remove },
      toolApproval: { remove: "user-approval" },
      stopWhen: stepCountIs(1 + 1),
      prepareStep: ({ stepNumber }) => (stepNumber > 0 ? { model: scripted(messages.length, "words=1") } : {}),
      abortSignal: signal,
    });
  },
});

/** A plain task that holds a conversation. */
export const asking = task({
  id: "asking",
  run: async ({ questions }: { questions: string[] }) => {
    const agent = new AgentChat({ agent: "scripted" });
    const answers: string[] = [];
    for (const question of questions) answers.push(await (await agent.sendMessage(question)).text());
    await agent.close();
    return answers;
  },
});

export function calling(toolName: string, input: object) {
  return new MockLanguageModelV4({
    doStream: () =>
      Promise.resolve({
        stream: convertArrayToReadableStream([
          { type: "stream-start", warnings: [] },
          { type: "tool-call", toolCallId: crypto.randomUUID(), toolName, input: JSON.stringify(input) },
          {
            type: "finish",
            finishReason: { unified: "tool-calls", raw: "tool-calls" },
            usage: {
              inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
              outputTokens: { total: 1, text: 1, reasoning: 0 },
            },
          },
        ]),
      }),
  });
}

const textOf = (message: UIMessage | undefined) =>
  message?.parts.map((part) => (part.type === "text" ? part.text : "")).join("") ?? "";
