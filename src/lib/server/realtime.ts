import { auth, runs, sessions, type ListedSessionItem } from "@trigger.dev/sdk";
import { ApiError } from "@trigger.dev/core/v3";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChatAction } from "../tools/actions.ts";
import { AGENT, type AgentName } from "../tools/agents.ts";
import { APP_TAG, ownerTag, type SessionTraits } from "../tools/foreign-session.ts";
import type { SkeinMessage } from "../tools/message.ts";
import type { Config } from "./config.ts";

/** `agent`: which one has it, if it is not the one people talk to. */
export type ChatAddress = { chatId: string; ownerId: string; model: string | null; agent?: AgentName };

/** Trigger.dev, or the embedded engine that speaks its API: the app never knows which. */
export interface Realtime {
  /** A browser's key to the two streams of one chat, for an hour. */
  accessToken(chatId: string): Promise<string>;
  /** What runs right now, to decorate the inbox with; `live: false` when the answer takes longer than the budget. */
  listSessions(query: {
    /** All the ids that sessions may know the person by. */
    ownerIds: string[];
    budgetMs: number;
  }): Promise<{ live: true; sessions: ListedSessionItem[] } | { live: false }>;
  /** The run that handles a chat, if any. */
  currentRun(chatId: string): Promise<CurrentRun>;
  /** Makes sure that a session and a live run are there. A run that replaces another one reads what that one left. */
  ensureRun(chat: ChatAddress): Promise<{ runId: string; isNew: boolean }>;
  /** Sends a question, as the browser would. The agent ignores one that it has answered. */
  sendMessage(chat: ChatAddress, message: SkeinMessage): Promise<void>;
  /** Tells the turn that runs to stop. Nobody listens between two turns, and it is never read later. */
  sendStop(chatId: string): Promise<void>;
  /** Asks for an action, as the browser would. The agent ignores one that is done. */
  sendAction(chat: ChatAddress, action: ChatAction): Promise<void>;
  /** Tells a run that waits for a head start to end without it. */
  sendHandoverSkip(chatId: string): Promise<void>;
  /** Resolves to false when the run is still alive after `withinMs`. */
  waitForRunEnd(runId: string, withinMs: number): Promise<boolean>;
  /** The session of a chat, if any. */
  findSession(chatId: string): Promise<SessionTraits | undefined>;
  /**
   * Ends the session of a chat that is deleted, for good: no run begins any more, and the one that runs (and the one that
   * the chat knows) is cancelled. False when one of them is still alive after `withinMs`. Again changes nothing.
   */
  endSession(chatId: string, given: { runId: string | null; withinMs: number }): Promise<boolean>;
}

/** Why the session of a deleted chat is closed. The embedded engine keeps nothing of such a session. */
const DELETED = "deleted";

export type CurrentRun = { session: "none" } | { session: "open" | "closed"; runId: string | null; isLive: boolean };

/** Tags tell the inbox and the agent whose chat it is; clientData could not, a browser writes it. */
export const tagsOf = (ownerId: string): string[] => [ownerTag(ownerId)];

/** What the session of a chat that has its row is tagged with. */
export const sessionTagsOf = (ownerId: string): string[] => [...tagsOf(ownerId), APP_TAG];

// The callers have their own ways to try again; the client's would keep them waiting for seconds.
const once = { retry: { maxAttempts: 1 } };

/** For a run as well, where the client is configured by Trigger.dev. */
export async function findSession(chatId: string): Promise<SessionTraits | undefined> {
  return unlessMissing(sessions.retrieve(chatId, once));
}

export function createRealtime({ secretKey, apiUrl }: Config["trigger"]): Realtime {
  auth.configure({ baseURL: apiUrl, accessToken: secretKey, requestOptions: once });

  async function currentRun(chatId: string): Promise<CurrentRun> {
    const session = await unlessMissing(sessions.retrieve(chatId, once));
    if (!session) return { session: "none" };
    const runId = session.currentRunId ?? null;
    return { session: session.closedAt ? "closed" : "open", runId, isLive: runId !== null && (await isLive(runId)) };
  }

  async function isLive(runId: string): Promise<boolean> {
    const run = await unlessMissing(runs.retrieve(runId, once));
    return run !== undefined && !run.isCompleted;
  }

  async function waitForRunEnd(runId: string, withinMs: number): Promise<boolean> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      if (!(await isLive(runId))) return true;
      if (Date.now() >= deadline) return false;
      await sleep(100);
    }
  }

  async function endRun(runId: string, withinMs: number): Promise<boolean> {
    if (!(await isLive(runId))) return true;
    await unlessMissing(runs.cancel(runId, once));
    return waitForRunEnd(runId, withinMs);
  }

  return {
    accessToken: (chatId) =>
      auth.createPublicToken({
        scopes: { read: { sessions: chatId }, write: { sessions: chatId } },
        expirationTime: "1h",
      }),
    listSessions: async ({ ownerIds, budgetMs }) => {
      const page = sessions.list({ type: "chat.agent", tag: ownerIds.map(ownerTag), limit: 100 }, once).then(
        ({ data }) => ({ live: true as const, sessions: data }),
        () => ({ live: false as const }),
      );
      return Promise.race([page, sleep(budgetMs, { live: false as const })]);
    },
    currentRun,
    ensureRun: async ({ chatId, ownerId, model, agent = AGENT }) => {
      const basePayload = { chatId, trigger: "preload", metadata: model === null ? {} : { model } };
      const { runId, isCached } = await sessions.start(
        {
          type: "chat.agent",
          externalId: chatId,
          taskIdentifier: agent,
          tags: sessionTagsOf(ownerId),
          triggerConfig: { basePayload, tags: [`chat:${chatId}`, ...tagsOf(ownerId)] },
        },
        once,
      );
      return { runId, isNew: !isCached };
    },
    sendMessage: async ({ chatId, model }, message) => {
      const payload = { chatId, trigger: "submit-message", message, metadata: model === null ? {} : { model } };
      await sessions.open(chatId).in.send({ kind: "message", payload }, once);
    },
    sendStop: (chatId) => sessions.open(chatId).in.send({ kind: "stop" }, once),
    sendAction: async ({ chatId, model }, action) => {
      const payload = { chatId, trigger: "action", action, metadata: model === null ? {} : { model } };
      await sessions.open(chatId).in.send({ kind: "message", payload }, once);
    },
    sendHandoverSkip: (chatId) => sessions.open(chatId).in.send({ kind: "handover-skip" }, once),
    waitForRunEnd,
    findSession,
    endSession: async (chatId, { runId, withinMs }) => {
      const session = await unlessMissing(sessions.close(chatId, { reason: DELETED }, once));
      const runIds = new Set([session?.currentRunId, runId].filter((id) => typeof id === "string"));
      const ended = await Promise.all([...runIds].map((id) => endRun(id, withinMs)));
      return !ended.includes(false);
    },
  };
}

async function unlessMissing<T>(request: PromiseLike<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
