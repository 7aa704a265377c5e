import { error } from "@sveltejs/kit";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChatBase, ChatPageData, ChatPageNews } from "../chat/types.ts";
import * as chats from "./chats.ts";
import * as conversation from "./conversation.ts";
import { takeOver } from "./foreign-chats.ts";
import { isStorable } from "./jsonb.ts";
import { startSession } from "./new-session.ts";
import type { ChatAddress } from "./realtime.ts";
import type { Services } from "./services.ts";

const TOKEN_BUDGET_MS = 300;
const NO_TOKEN = "no access token for a chat";

type Which = { ownerId: string; chatId: string };

/**
 * What the page of one chat is made of; undefined when there is no such chat of this owner. A session that another surface
 * created for them becomes a chat with this.
 */
export async function open(services: Services, which: Which): Promise<ChatPageData | undefined> {
  // The token is signed while the chat is read, and thrown away unless the chat turns out to be this person's.
  const [opened, publicAccessToken] = await Promise.all([
    conversation.open(services.db, which),
    tokenSoon(services, which.chatId),
  ]);
  if (!opened) return (await takeOver(services, which)) ? open(services, which) : undefined;
  if (!opened.hasSession && !opened.isRunning)
    void connect(services, { ...which, model: opened.chat.model, agent: opened.chat.agent });
  return wholeOf(services, opened, publicAccessToken);
}

/** The same for a page that has the path up to a message: what is after it, or all if `base` is not as it is stored. */
export async function news(services: Services, which: Which, base: ChatBase): Promise<ChatPageNews | undefined> {
  if (!isStorable(base.id)) return open(services, which);
  const [opened, publicAccessToken] = await Promise.all([
    conversation.open(services.db, which, { after: base.id }),
    tokenSoon(services, which.chatId),
  ]);
  if (opened?.mark !== base.mark) return open(services, which);
  return { ...wholeOf(services, opened, publicAccessToken), after: base.id };
}

/** The page after its head moved: only the messages after `after`, or all (null) when the path does not have it. */
export async function below(
  services: Services,
  which: Which,
  after: string | null,
): Promise<{ after: string | null; data: ChatPageData }> {
  const [opened, publicAccessToken] = await Promise.all([
    conversation.open(services.db, which, { after }),
    tokenSoon(services, which.chatId),
  ]);
  if (!opened) error(404, "There is no such chat.");
  return { after: opened.after, data: dataOf(services, opened, publicAccessToken) };
}

/** With what a page needs to ask again: it knows the whole path then. */
function wholeOf(services: Services, opened: conversation.OpenChat, publicAccessToken: string | null): ChatPageData {
  const { version, base } = opened;
  return {
    ...dataOf(services, opened, publicAccessToken),
    ...(version === undefined ? {} : { version }),
    ...(base === undefined ? {} : { base }),
  };
}

function dataOf(services: Services, opened: conversation.OpenChat, publicAccessToken: string | null): ChatPageData {
  const { id, title, model, status, statusDetail, forkedFrom, parent, newSince } = opened.chat;
  return {
    chat: { id, title, model, status, statusDetail, forkedFrom, parent, newSince },
    messages: opened.messages,
    branches: opened.branches,
    queue: opened.queue,
    session: {
      publicAccessToken,
      ...opened.cursors,
      isStreaming: opened.isRunning,
      answering: opened.answering,
    },
    realtimeUrl: realtimeUrl(services),
  };
}

/** A fork has no session yet, and nothing can be sent to a session that is not there. */
async function connect({ realtime, log }: Services, chat: ChatAddress): Promise<void> {
  try {
    await realtime.ensureRun(chat);
  } catch (cause) {
    log.warn({ err: cause, chatId: chat.chatId }, "no session for a chat that has none");
  }
}

/** A conversation can be read without its token, and the browser asks again when it needs one: never wait long for it. */
async function tokenSoon(services: Services, chatId: string): Promise<string | null> {
  const token = services.realtime.accessToken(chatId).catch((cause: unknown) => {
    services.log.warn({ err: cause, chatId }, NO_TOKEN);
    return null;
  });
  return Promise.race([token, sleep(TOKEN_BUDGET_MS, null)]);
}

/**
 * A token to read and write this chat's streams; undefined when there is no such chat of this owner. The browser asks for
 * one when the session is not there any more, and sends again with it: there is a session then.
 */
export async function token(services: Services, which: Which): Promise<string | undefined> {
  const chat = await chats.find(services.db, which);
  if (!chat) return undefined;
  try {
    // Before the first turn is over, its session is for the head start to make.
    if (chat.first_turn === "done" && !(await services.realtime.findSession(chat.id)))
      await startSession(services, { ...which, model: chat.model, agent: chat.agent });
    return await services.realtime.accessToken(which.chatId);
  } catch (cause) {
    services.log.warn({ err: cause, chatId: which.chatId }, NO_TOKEN);
    error(503, "Live answers are out of reach right now.");
  }
}

/** Where browsers find `/realtime/*`: on our own origin when we pass it through, else at Trigger.dev. */
export function realtimeUrl({ config }: Services): string {
  return config.realtimeUpstream === undefined ? config.trigger.apiUrl : "";
}
