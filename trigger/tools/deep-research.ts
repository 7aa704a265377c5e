import { chat } from "@trigger.dev/sdk/ai";
import { AgentChat } from "@trigger.dev/sdk/chat";
import { tool, type UIMessageChunk } from "ai";
import { setTimeout as sleep } from "node:timers/promises";
import * as chats from "../../src/lib/server/chats.ts";
import { tagsOf } from "../../src/lib/server/realtime.ts";
import * as subChats from "../../src/lib/server/sub-chats.ts";
import { RESEARCH_AGENT } from "../../src/lib/tools/agents.ts";
import { deepResearch } from "../../src/lib/tools/deep-research.ts";
import { textOf } from "../../src/lib/tools/message.ts";
import type { Turn } from "./effect.ts";
import { forwardAttempts } from "./forward-attempts.ts";
import { ToolError } from "./tool-error.ts";

/** How long the sub-agent may take to say anything. Runs may wait for each other on a small machine, but not for ever. */
const BEGIN_MS = 120_000;
const LOOK_MS = 100;

const GONE = "This chat is being deleted.";
const NOT_BEGUN = "The research agent did not begin in time: too much is running just now.";

interface Call {
  toolCallId: string;
  abortSignal?: AbortSignal;
}

/**
 * Has the research agent answer a question in a session of its own, and shows what it does. The call names the session: made
 * again after a crash, it takes up what is there.
 */
export function createDeepResearch(turn: Turn) {
  return tool({
    ...deepResearch,
    execute: ({ title, question: text }, call: Call) => research(turn, { title, text }, call),
  });
}

async function research({ db, chatId, model }: Turn, asked: { title: string; text: string }, call: Call) {
  const sub = await subChats.begin(db, { parentId: chatId, toolCallId: call.toolCallId, ...asked, model: model() });
  if (!sub) throw new ToolError(GONE);
  const stop = () => void chats.requestStop(db, sub, sub.question.id);
  call.abortSignal?.addEventListener("abort", stop, { once: true });
  try {
    call.abortSignal?.throwIfAborted();
    if (!(await subChats.endOf(db, sub.chatId))) await follow(sub, model(), call);
    const { answer, isStopped, error } = await ended(sub.chatId);
    if (error !== null) throw new ToolError(`The research broke off: ${error}`);
    return { chatId: sub.chatId, report: answer ? reportOf(answer) : "", isStopped };
  } finally {
    call.abortSignal?.removeEventListener("abort", stop);
  }

  // The answer is stored just after its stream has ended; and a stream may end before its answer.
  async function ended(subChatId: string): Promise<subChats.SubChatEnd> {
    for (;;) {
      const end = await subChats.endOf(db, subChatId);
      if (end) return end;
      await sleep(LOOK_MS, undefined, { signal: call.abortSignal });
    }
  }
}

/** Shows what the sub-agent says, from its beginning to its end. */
async function follow(sub: subChats.SubChat, model: string, { toolCallId, abortSignal }: Call): Promise<void> {
  const agent = new AgentChat({
    agent: RESEARCH_AGENT,
    id: sub.chatId,
    clientData: { model },
    triggerConfig: { basePayload: {}, tags: tagsOf(sub.ownerId) },
  });
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new ToolError(NOT_BEGUN)), BEGIN_MS);
  try {
    // Sent again, it is known. Its stream is read from the first record on.
    const signal = abortSignal ? AbortSignal.any([abortSignal, late.signal]) : late.signal;
    const stream: ReadableStream<UIMessageChunk> = await agent.sendRaw([sub.question], { abortSignal: signal });
    await forwardAttempts(
      begun(stream, () => clearTimeout(timer)),
      toolCallId,
      (attempt, name) => chat.forwardSubAgent(attempt, { toolCallId: name }),
    );
    signal.throwIfAborted();
  } finally {
    clearTimeout(timer);
    await agent.close();
  }
}

async function* begun(stream: ReadableStream<UIMessageChunk>, onbegun: () => void) {
  for await (const chunk of stream) {
    onbegun();
    yield chunk;
  }
}

/** What it says in the end, without what it said between its steps. */
function reportOf(answer: Parameters<typeof textOf>[0]): string {
  const step = answer.parts.findLastIndex(({ type }) => type === "step-start");
  return textOf({ parts: answer.parts.slice(step + 1) }) || textOf(answer);
}
