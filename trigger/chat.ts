import { logger } from "@trigger.dev/sdk";
import { chat } from "@trigger.dev/sdk/ai";
import { convertToModelMessages, isStepCount, streamText, type UIMessage } from "ai";
import { AnswerMeter } from "../src/lib/server/answer-meter.ts";
import { leftBehind } from "../src/lib/server/approvals/executions.ts";
import { approvals, rulesOf } from "../src/lib/server/approvals/rules.ts";
import { withFiles } from "../src/lib/server/files/model-files.ts";
import { createFileStores } from "../src/lib/server/files/storage.ts";
import {
  createModelRegistry,
  DEMO_ID,
  describeModelError,
  MODEL_RETRIES,
  PlainModelError,
  writeTitle,
} from "../src/lib/server/models/index.ts";
import { throughOutages } from "../src/lib/server/db/through-outages.ts";
import { steersSent } from "../src/lib/server/queue/steers-sent.ts";
import type { Compaction } from "../src/lib/server/compactions.ts";
import { Titles } from "../src/lib/server/titles.ts";
import { decide, type Answering } from "../src/lib/server/transcript/actions.ts";
import { Compactor } from "../src/lib/server/transcript/compactor.ts";
import { loadContext } from "../src/lib/server/transcript/context.ts";
import { goingOn } from "../src/lib/server/transcript/going-on.ts";
import { acceptAction, acceptMessages } from "../src/lib/server/transcript/incoming.ts";
import { findSession } from "../src/lib/server/realtime.ts";
import { Refusal } from "../src/lib/server/transcript/refusal.ts";
import { steersInto } from "../src/lib/server/transcript/steering.ts";
import { createTranscriptStorage } from "../src/lib/server/transcript/storage.ts";
import { TurnContext } from "../src/lib/server/transcript/turn-context.ts";
import * as turns from "../src/lib/server/turns.ts";
import { clientDataSchema } from "../src/lib/tools/client-data.ts";
import { GO_ON, INSTRUCTIONS } from "../src/lib/tools/instructions.ts";
import type { HeadStartAnswer, SkeinMessage } from "../src/lib/tools/message.ts";
import { lastQuestion } from "../src/lib/tools/steering.ts";
import { redelivered } from "./redelivered.ts";
import { config, db, models } from "./services.ts";
import { createTools } from "./tools/index.ts";
import { describeToolError } from "./tools/tool-error.ts";

const files = createFileStores(db, config);
const compactor = new Compactor(db);
const titles = new Titles(db, {
  write: (question, { model, abortSignal }) => {
    const { id, contextWindow } = models.choose(model);
    return writeTitle(models.resolve(id), question, { contextWindow, abortSignal });
  },
  onfailed: (chatId, cause) => logger.warn("A chat could not be named.", { chatId, reason: describeModelError(cause) }),
});

/** One run at a time has this process, and one turn at a time a run. */
let turn: {
  hasBegun?: boolean;
  known?: Promise<turns.Known | undefined>;
  stopRequested?: boolean;
  model?: string | null;
  question?: string;
  failure?: string;
  /** What the head start of this turn says of its answer. */
  headStart?: HeadStartAnswer;
  claim?: Promise<unknown>;
  /** The answer that somebody stopped, with what the runtime leaves out of it. */
  cut?: UIMessage;
  path?: SkeinMessage[];
  summary?: Compaction;
  /** The tools that need no approval in this chat. */
  rules?: string[];
  /** Which model answers. */
  answeredBy?: string;
  /** What runs that died at this question had done. */
  left?: SkeinMessage["parts"];
  context?: TurnContext;
} = {};

/** What the action asks for that is at work, until its turn ends. */
let asked: Answering | undefined;

/** How often a turn may ask the model. */
const MAX_STEPS = 20;

const NOT_DONE = "This could not be done just now. Try again.";

/** The agent people talk to. Everything durable about a turn is the storage's; the hooks only say who works on it. */
export const chatAgent = chat.agent({
  id: "chat",
  clientDataSchema,
  storage: createTranscriptStorage(db, {
    findSession,
    failure: () => turn.failure,
    work: () => asked?.work,
    refused: () => !turn.hasBegun,
    answer: () => turn.headStart,
    cut: () => turn.cut,
    // Without it the turn waits for its claim, and fails with that.
    read: (chatId) => (turn.known = turns.look(db, chatId).catch(() => undefined)),
  }),
  uiMessageStreamOptions: {
    sendSources: true,
    // A model that fails does not fail the turn: its error is one more chunk, and only this hears of it. What follows
    // from the first error is reported here too and says less. So is the error of a tool, after which the model goes on.
    onError: (error) => describeToolError(error) ?? (turn.failure ??= describeModelError(error)),
  },
  // On the embedded engine an idle run holds its process (docs/engine-wire.md §8), so it soon ends: a later message
  // starts a continuation, which the warm spare makes cheap. After the first span the engine may end it any time.
  idleTimeoutInSeconds: 30,
  turnTimeout: config.turnTimeout,

  tools: ({ chatId }) =>
    createTools({
      ...{ db, chatId },
      question: () => turn.question,
      model: () => turn.answeredBy ?? models.defaultId,
    }),

  // What was sent into this very turn goes into it at its next step, all of it or nothing. What does not, the runtime
  // keeps for the turns after it.
  pendingMessages: { shouldInject: ({ messages }) => messages.every((message) => steersInto(message, turn.question)) },

  // The turn of a run that waits for a head start begins when that has ended: the chat is named meanwhile. (`onBoot` comes
  // as early, and has every run, continuations too, ask for a token first.)
  onStartAttempt: ({ payload: { trigger, chatId, headStartMessages = [] } }) => {
    const [question] = headStartMessages as SkeinMessage[];
    if (trigger === "handover-prepare" && question) void titles.begin({ chatId, question });
  },

  onChatStart: async ({ ctx, chatId }) => {
    await throughOutages(() => turns.adopt(db, { chatId, tags: ctx.run.tags }, findSession));
  },

  onValidateMessages: ({ messages }) => {
    turn = {};
    return acceptMessages(messages);
  },

  actionSchema: (input: unknown) => {
    turn = {};
    return acceptAction(input);
  },

  // Only actions that are answered come here: a page changes the head alone by a request to the web server.
  onAction: async ({ chatId, action }) => {
    const decision = await throughOutages(() => decide(db, chatId, action)).catch((error: unknown) => {
      throw error instanceof Refusal ? error : new Refusal(NOT_DONE, { cause: error });
    });
    if (decision === "done") return;
    asked = decision;
    chat.history.set(decision.path);
    return chat.turn();
  },

  onTurnStart: async ({ chatId, runId, chatAccessToken, clientData, uiMessages }) => {
    const looked = turn.known ?? turns.look(db, chatId);
    turn = { hasBegun: true };
    const question = asked?.continues?.metadata?.replyTo ?? lastQuestion(uiMessages as SkeinMessage[])?.id;
    const work = asked?.work ?? (question === undefined ? null : { messageId: question, attempt: null });
    const path = uiMessages as SkeinMessage[];
    const known = await looked;
    const claim = throughOutages(() => turns.started(db, { chatId, runId, token: chatAccessToken, work }));
    // A run that has the chat already need not wait for its claim, which waits for the question's save: the first word
    // comes that much sooner. The end of the turn waits for it.
    const started = known?.runId === runId ? { ...known, stopRequested: known.isStopRequested(work) } : await claim;
    const mayHaveLeft = question !== undefined && !asked?.continues && known?.hasExecutions !== false;
    const [summary, rules, left] = await Promise.all([
      throughOutages(() => compactor.summaryOn(chatId, path, known?.summarised)),
      known?.rules ?? throughOutages(() => rulesOf(db, chatId)),
      mayHaveLeft ? throughOutages(() => leftBehind(db, chatId, question)) : [],
      started?.answer && throughOutages(() => steersSent(db, chatId)),
    ]);
    turn = {
      hasBegun: true,
      stopRequested: started?.stopRequested,
      model: started?.model,
      failure: started?.failure ?? undefined,
      headStart: started?.answer ?? undefined,
      claim: claim.catch(() => undefined),
      question,
      ...{ path, summary, rules, left },
    };
    const [first] = path;
    if (first && path.length === 1) void titles.begin({ chatId, question: first, model: clientData?.model });
  },

  run: async ({ chatId, messages, signal, clientData, streamText, tools }) => {
    const { left = [] } = turn;
    // What a run that died has done is where this answer begins.
    const attempt = asked?.work.attempt;
    const carried: SkeinMessage | null =
      left.length === 0 ? null : { id: attempt ?? crypto.randomUUID(), role: "assistant", parts: left };
    const continues = asked?.continues ?? carried;
    // A question that was answered before and is sent again, or a turn that was stopped before it could begin.
    if (turn.stopRequested || (messages.at(-1)?.role === "assistant" && !asked?.continues)) return;
    // Asked for the second time: the head start was refused, and its hand-over was lost.
    if (turn.failure !== undefined) throw new PlainModelError(turn.failure);
    const info = models.choose(clientData?.model ?? turn.model);
    turn.answeredBy = info.id;
    const answerId = continues?.id ?? attempt;
    // An answer that goes on: it was cut off, a head start began it, or somebody has approved of what it wants to do.
    const begun = continues?.metadata ?? turn.headStart ?? answerAt(turn.path)?.metadata;
    const metadata = {
      ...(turn.question ? { replyTo: turn.question } : {}),
      model: info.id,
      createdAt: begun?.createdAt ?? new Date().toISOString(),
      ...(attempt ? { attempt } : {}),
    };
    const meter = new AnswerMeter({ model: info.id, metadata, before: begun?.usage });
    chat.setUIMessageStreamOptions({
      messageMetadata: meter.messageMetadata,
      ...(answerId ? { generateMessageId: () => answerId } : {}),
    });
    const given = withFiles(models.resolve(info.id), info, { db, files, chatId });
    const context = new TurnContext({
      ...{ compactor, chatId, path: turn.path ?? [], summary: turn.summary, info },
      model: given.model,
      timeoutMs: config.modelTimeoutMs,
      onfailed: (cause) =>
        logger.warn("A conversation could not be summarised.", { chatId, reason: describeModelError(cause) }),
    });
    turn.context = context;
    const said = carried ? [...messages, ...(await convertToModelMessages([carried], { tools }))] : messages;
    const told = await context.tell(said, signal);
    // After what it asked for, a model goes on by itself.
    const hasAnswers = carried !== null || asked?.isAnswered === true || told.at(-1)?.role === "tool";
    const result = streamText({
      model: context.model,
      experimental_download: given.experimental_download,
      instructions: INSTRUCTIONS,
      messages: continues && !hasAnswers ? [...told, { role: "user", content: GO_ON }] : told,
      tools,
      toolApproval: approvals(turn.rules ?? []),
      stopWhen: isStepCount(MAX_STEPS),
      onStepEnd: ({ usage }) => context.used(usage),
      abortSignal: signal,
      maxRetries: MODEL_RETRIES,
      // Described where it is written; the default logs the provider's whole answer, keys included.
      onError: () => {},
    });
    return continues ? goingOn(result, continues, { isNewStep: hasAnswers }) : result;
  },

  // Runs before the turn is saved, which is what stores the sentence.
  onTurnComplete: async ({ error, uiMessages, stopped, rawResponseMessage }) => {
    await turn.claim;
    if (stopped) turn.cut = rawResponseMessage;
    asked = undefined;
    if (error !== undefined) turn.failure ??= error instanceof Refusal ? error.message : describeModelError(error);
    if (turn.failure !== undefined) return;
    // Beside the save and the wait for the next message: nobody waits for a summary. Without it the next turn is told
    // everything, and tries again at its end.
    void turn.context?.end(uiMessages as SkeinMessage[]);
  },

  onRecoveryBoot: redelivered,
});

/**
 * Leaves behind a process that has booted, loaded this file, connected and spoken once, so that the next first turn does
 * not wait for any of that (docs/engine-wire.md §8). Its runs are only preloaded: no message comes, nothing is
 * written, and they end at once. It must stay in the file of the agent, because a process loads the file of its task.
 */
export const warm = chat.agent({
  id: "warm",
  exitAfterPreloadIdle: true,
  preloadIdleTimeoutInSeconds: 0,
  onPreload: async () => {
    await Promise.all([turns.look(db, ""), loadContext(db, "", { trigger: "action", incomingMessages: [] })]);
    const demo = { ttftMs: 0, tokensPerSecond: Infinity };
    const rehearsal = createModelRegistry({ ...config, demo, fetch: nowhere });
    for (const id of new Set([rehearsal.defaultId, DEMO_ID])) {
      const said = streamText({ model: rehearsal.resolve(id), prompt: "Hello", maxRetries: 0, onError: () => {} });
      await said.consumeStream();
    }
  },
  run: () => Promise.resolve(),
});

/** A rehearsal takes the provider's code through a request, and no request out of the house. */
const nowhere: typeof fetch = () => Promise.resolve(new Response("{}", { status: 400 }));

/** The answer that a path ends with. */
function answerAt(path: SkeinMessage[] = []): SkeinMessage | undefined {
  const last = path.at(-1);
  return last?.role === "assistant" ? last : undefined;
}
