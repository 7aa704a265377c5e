import { resolve } from "$app/paths";
import type { Destination, HeadMoved, Whereabouts } from "$lib/chat/head-moves.ts";
import type { QueueOperation } from "$lib/chat/foresee-queue.ts";
import { QueueRefusal } from "$lib/chat/queue-requests.ts";
import type { ChatPageData, ChatPageNews } from "$lib/chat/types.ts";
import type { Enqueue, MessageQueue } from "$lib/tools/queue.ts";
import type { ToolAnswer } from "$lib/tools/tool-answer.ts";

/** The browser's side of `routes/api/chats/[chatId]`. A request that fails throws; a chat that is not ours is undefined. */

export async function fetchToken(chatId: string): Promise<string> {
  const response = await post("/api/chats/[chatId]/token", chatId);
  const { token } = (await response.json()) as { token: string };
  return token;
}

export async function requestStop(chatId: string, turn: string): Promise<void> {
  await post("/api/chats/[chatId]/stop", chatId, { turn });
}

export async function markRead(chatId: string): Promise<void> {
  const url = resolve("/api/chats/[chatId]/read", { chatId });
  // Also by a page that is just being left.
  await fetch(url, { method: "POST", keepalive: true });
}

/** A long chat is a megabyte: it is only sent if it is not the version that the page has, and only what is new of it. */
export async function reload(chatId: string, known: ChatPageData): Promise<ChatPageData | "unchanged" | undefined> {
  const { version, base, messages } = known;
  const end = messages.findIndex(({ id }) => id === base?.id) + 1;
  const query = new URLSearchParams({
    ...(version === undefined ? {} : { version }),
    ...(base && end > 0 ? { after: base.id, mark: base.mark } : {}),
  });
  const response = await fetch(`${resolve("/api/chats/[chatId]", { chatId })}?${query}`);
  if (response.status === 404) return undefined;
  if (response.status === 204) return "unchanged";
  if (!response.ok) throw new Error(`The chat could not be read (${response.status}).`);
  const { after, ...data } = (await response.json()) as ChatPageNews;
  return after === undefined ? data : { ...data, messages: [...messages.slice(0, end), ...data.messages] };
}

/** Goes to another branch, on every device. */
export async function moveHead(chatId: string, to: Destination | Whereabouts): Promise<HeadMoved | undefined> {
  return ask("/api/chats/[chatId]/head", chatId, to);
}

/** Takes a question and what follows it off the path, without deleting anything. */
export async function undo(chatId: string, messageId: string): Promise<HeadMoved | undefined> {
  return ask("/api/chats/[chatId]/undo", chatId, { messageId });
}

/** A new chat that begins as this one does up to that message; its id. */
export async function fork(chatId: string, messageId: string): Promise<string | undefined> {
  const forked = await ask<{ chatId: string }>("/api/chats/[chatId]/fork", chatId, { messageId });
  return forked?.chatId;
}

export async function readQueue(chatId: string): Promise<MessageQueue> {
  return queueIn(await fetch(resolve("/api/chats/[chatId]/queue", { chatId })));
}

export async function changeQueue(chatId: string, operation: QueueOperation): Promise<MessageQueue> {
  const all = resolve("/api/chats/[chatId]/queue", { chatId });
  const one = (messageId: string) => resolve("/api/chats/[chatId]/queue/[messageId]", { chatId, messageId });
  switch (operation.type) {
    case "add": {
      const { message, kind, model } = operation;
      return ofQueue("POST", all, { message, kind, model } satisfies Enqueue);
    }
    case "edit":
      return ofQueue("PATCH", one(operation.id), { parts: operation.parts });
    case "steer":
      return ofQueue("PATCH", one(operation.id), { kind: "steer" });
    case "remove":
      return ofQueue("DELETE", one(operation.id));
    case "order":
      return ofQueue("PATCH", all, { order: operation.order });
    case "continue":
      return ofQueue("PATCH", all, { isPaused: false });
  }
}

async function ofQueue(method: string, url: string, body?: object): Promise<MessageQueue> {
  const headers = { "content-type": "application/json" };
  return queueIn(await fetch(url, { method, headers, body: body && JSON.stringify(body) }));
}

async function queueIn(response: Response): Promise<MessageQueue> {
  if (response.ok) return (await response.json()) as MessageQueue;
  const { message } = (await response.json().catch(() => ({}))) as { message?: string };
  if (message && response.status < 500) throw new QueueRefusal(message);
  throw new Error(`${response.status} from the queue`);
}

/** Answers what an answer asks; null, or in one sentence why it is not to be answered (like that) any more. */
export async function giveAnswer(chatId: string, answer: ToolAnswer): Promise<string | null> {
  const response = await fetch(resolve("/api/chats/[chatId]/answers", { chatId }), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(answer),
  });
  if (response.ok) return null;
  const { message } = (await response.json().catch(() => ({}))) as { message?: string };
  if (response.status === 409 && message) return message;
  throw new Error(`${response.status} from an answer`);
}

type Route = `/api/chats/[chatId]/${"token" | "stop" | "head" | "undo" | "fork"}`;

async function ask<Answer>(route: Route, chatId: string, body: object): Promise<Answer | undefined> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(resolve(route, { chatId }), { method: "POST", headers, body: JSON.stringify(body) });
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${response.status} from ${route}`);
  return (await response.json()) as Answer;
}

async function post(route: Route, chatId: string, body?: object): Promise<Response> {
  const headers = body && { "content-type": "application/json" };
  const response = await fetch(resolve(route, { chatId }), {
    method: "POST",
    headers,
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw Object.assign(new Error(`${response.status} from ${route}`), { status: response.status });
  return response;
}
