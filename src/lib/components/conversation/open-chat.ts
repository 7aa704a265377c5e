import { createContext } from "svelte";
import type { ChatSession } from "$lib/chat/chat-session.svelte.ts";

/** The chat this page shows, for the live feed, which tells it to look again. */
export interface OpenChat {
  current: ChatSession | null;
}

export const [getOpenChat, setOpenChat] = createContext<OpenChat>();
