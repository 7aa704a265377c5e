import { chat } from "@trigger.dev/sdk/ai";
import { isStepCount, pruneMessages, type UIMessage } from "ai";
import { AnswerMeter } from "../src/lib/server/answer-meter.ts";
import { describeModelError, MODEL_RETRIES } from "../src/lib/server/models/index.ts";
import { estimateTokens } from "../src/lib/server/transcript/compaction.ts";
import { acceptMessages } from "../src/lib/server/transcript/incoming.ts";
import { createTranscriptStorage } from "../src/lib/server/transcript/storage.ts";
import * as turns from "../src/lib/server/turns.ts";
import { RESEARCH_AGENT } from "../src/lib/tools/agents.ts";
import { clientDataSchema } from "../src/lib/tools/client-data.ts";
import type { SkeinMessage } from "../src/lib/tools/message.ts";
import { RESEARCH_INSTRUCTIONS } from "../src/lib/tools/research-instructions.ts";
import { lastQuestion } from "../src/lib/tools/steering.ts";
import { redelivered } from "./redelivered.ts";
import { config, db, models } from "./services.ts";
import { createResearchTools } from "./tools/index.ts";
import { describeToolError } from "./tools/tool-error.ts";

/** One run at a time has this process, and one turn at a time a run. */
let turn: { question?: string; stopRequested?: boolean; model?: string | null; failure?: string; cut?: UIMessage } = {};

/** How often it may ask the model. */
const MAX_STEPS = 24;
/** Of the model's window: when so much is read, it is time to write. */
const ENOUGH_READ = 0.6;
/** What was read first goes when there is no room for more. */
const TOO_MUCH_READ = 0.85;

/**
 * The agent that another one hands a question to (tools/deep-research.ts): a session of its own, whose chat is stored like
 * any other. It answers one question; it can be watched, and stopped, on a page of its own.
 */
export const researchAgent = chat.agent({
  id: RESEARCH_AGENT,
  clientDataSchema,
  storage: createTranscriptStorage(db, { failure: () => turn.failure, cut: () => turn.cut }),
  uiMessageStreamOptions: {
    sendSources: true,
    onError: (error) => describeToolError(error) ?? (turn.failure ??= describeModelError(error)),
  },
  // Whoever asked closes it. If they died, nothing else is coming.
  idleTimeoutInSeconds: 5,
  turnTimeout: config.turnTimeout,

  tools: ({ chatId }) => createResearchTools({ db, chatId }),

  onValidateMessages: ({ messages }) => {
    turn = {};
    return acceptMessages(messages);
  },

  onTurnStart: async ({ chatId, runId, chatAccessToken, uiMessages }) => {
    const question = lastQuestion(uiMessages as SkeinMessage[])?.id;
    const work = question === undefined ? null : { messageId: question, attempt: null };
    const started = await turns.started(db, { chatId, runId, token: chatAccessToken, work });
    turn = { question, stopRequested: started?.stopRequested, model: started?.model };
  },

  run: async ({ messages, signal, clientData, streamText, tools }) => {
    // It was sent again and has its answer, or it was stopped before it could begin.
    if (turn.stopRequested || messages.at(-1)?.role === "assistant") return;
    const info = models.choose(clientData?.model ?? turn.model);
    const metadata = { replyTo: turn.question, model: info.id, createdAt: new Date().toISOString() };
    chat.setUIMessageStreamOptions({ messageMetadata: new AnswerMeter({ model: info.id, metadata }).messageMetadata });
    return streamText({
      model: models.resolve(info.id),
      instructions: RESEARCH_INSTRUCTIONS,
      messages,
      tools,
      stopWhen: isStepCount(MAX_STEPS),
      prepareStep: ({ stepNumber, messages }) => {
        const share = estimateTokens(messages) / info.contextWindow;
        const isLast = stepNumber === MAX_STEPS - 1 || share > ENOUGH_READ;
        return {
          ...(isLast ? { toolChoice: "none" as const } : {}),
          ...(share > TOO_MUCH_READ
            ? { messages: pruneMessages({ messages, toolCalls: "before-last-3-messages", emptyMessages: "remove" }) }
            : {}),
        };
      },
      abortSignal: signal,
      maxRetries: MODEL_RETRIES,
      // Described where it is written; the default logs the provider's whole answer, keys included.
      onError: () => {},
    });
  },

  onTurnComplete: ({ error, stopped, rawResponseMessage }) => {
    if (stopped) turn.cut = rawResponseMessage;
    if (error !== undefined) turn.failure ??= describeModelError(error);
  },

  onRecoveryBoot: redelivered,
});
