import { resolve } from "$app/paths";
import type { Destination, HeadMoved } from "$lib/chat/head-moves.ts";
import type { ChatPageData } from "$lib/chat/types.ts";

/** The browser's side of `routes/api/chats/[chatId]`. A request that fails throws; a chat that is not ours is undefined. */

export async function fetchToken(chatId: string): Promise<string> {
  const response = await post("/api/chats/[chatId]/token", chatId);
  const { token } = (await response.json()) as { token: string };
  return token;
}

/** False: that turn is over. */
export async function requestStop(chatId: string, turn: string): Promise<boolean> {
  const answer = await ask<{ isOver: boolean }>("/api/chats/[chatId]/stop", chatId, { turn });
  return answer?.isOver === false;
}

export async function markRead(chatId: string): Promise<void> {
  await post("/api/chats/[chatId]/read", chatId);
}

export async function reload(chatId: string): Promise<ChatPageData | undefined> {
  const response = await fetch(resolve("/api/chats/[chatId]", { chatId }));
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`The chat could not be read (${response.status}).`);
  return (await response.json()) as ChatPageData;
}

/** Goes to another branch, on every device. */
export async function moveHead(chatId: string, to: Destination): Promise<HeadMoved | undefined> {
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

type Route = `/api/chats/[chatId]/${"token" | "stop" | "read" | "head" | "undo" | "fork"}`;

async function ask<Answer>(route: Route, chatId: string, body: object): Promise<Answer | undefined> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(resolve(route, { chatId }), { method: "POST", headers, body: JSON.stringify(body) });
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${response.status} from ${route}`);
  return (await response.json()) as Answer;
}

async function post(route: Route, chatId: string): Promise<Response> {
  const response = await fetch(resolve(route, { chatId }), { method: "POST" });
  if (!response.ok) throw new Error(`${response.status} from ${route}`);
  return response;
}
