import { logger } from "@trigger.dev/sdk";
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

interface Asked {
  title: string;
  text: string;
}

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

async function research({ db, chatId, model }: Turn, asked: Asked, { toolCallId, abortSignal }: Call) {
  const sub = await subChats.begin(db, { parentId: chatId, toolCallId, ...asked, model: model() });
  if (!sub) throw new ToolError(GONE);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new ToolError(NOT_BEGUN)), BEGIN_MS);
  const signal = abortSignal ? AbortSignal.any([abortSignal, late.signal]) : late.signal;
  // Its session is told as well, but nobody may be listening there yet.
  const stop = () => void chats.requestStop(db, sub, sub.question.id).catch(report);
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    const watched = { model: model(), toolCallId, signal, onbegun: () => clearTimeout(timer) };
    // It is answered whether anybody can watch or not.
    if (!(await subChats.endOf(db, sub.chatId))) await watch(sub, watched).catch(report);
    const { answer, isStopped, error } = await ended(db, sub.chatId, signal);
    if (error !== null) throw new ToolError(`The research broke off: ${error}`);
    return { chatId: sub.chatId, report: answer ? reportOf(answer) : "", isStopped };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }

  function report(cause: unknown) {
    if (!signal.aborted) logger.warn("A sub-agent could not be watched.", { chatId, cause: String(cause) });
  }
}

/** The answer is stored just after its stream has ended; and a stream may end before its answer. */
async function ended(db: Turn["db"], chatId: string, signal: AbortSignal): Promise<subChats.SubChatEnd> {
  for (;;) {
    signal.throwIfAborted();
    const end = await subChats.endOf(db, chatId);
    if (end) return end;
    await sleep(LOOK_MS);
  }
}

interface Watched {
  model: string;
  toolCallId: string;
  signal: AbortSignal;
  onbegun: () => void;
}

/** Shows what the sub-agent says, from its beginning to its end. */
async function watch(sub: subChats.SubChat, { model, toolCallId, signal, onbegun }: Watched): Promise<void> {
  const agent = new AgentChat({
    agent: RESEARCH_AGENT,
    id: sub.chatId,
    clientData: { model },
    triggerConfig: { basePayload: {}, tags: tagsOf(sub.ownerId) },
  });
  try {
    // Sent again, it is known. Its stream is read from the first record on.
    const stream: ReadableStream<UIMessageChunk> = await agent.sendRaw([sub.question], { abortSignal: signal });
    await forwardAttempts(begun(stream, onbegun), toolCallId, (attempt, name) =>
      chat.forwardSubAgent(attempt, { toolCallId: name }),
    );
  } finally {
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
