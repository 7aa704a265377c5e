import { resolve } from "$app/paths";
import type { ChatPageData } from "$lib/chat/types.ts";

/** The browser's side of `routes/api/chats/[chatId]`. A request that fails throws; a chat that is not ours is undefined. */

export async function fetchToken(chatId: string): Promise<string> {
  const response = await post("/api/chats/[chatId]/token", chatId);
  const { token } = (await response.json()) as { token: string };
  return token;
}

export async function requestStop(chatId: string): Promise<void> {
  await post("/api/chats/[chatId]/stop", chatId);
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

type Action = "/api/chats/[chatId]/token" | "/api/chats/[chatId]/stop" | "/api/chats/[chatId]/read";

async function post(route: Action, chatId: string): Promise<Response> {
  const response = await fetch(resolve(route, { chatId }), { method: "POST" });
  if (!response.ok) throw new Error(`${response.status} from ${route}`);
  return response;
}
