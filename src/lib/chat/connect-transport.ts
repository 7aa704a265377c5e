import { TriggerChatTransport } from "@trigger.dev/sdk/chat";
import type { Outage } from "./outage.ts";
import type { Completion } from "./turn-reader.ts";

export interface ConnectTransport {
  baseURL: string;
  outage: Outage;
  fetchToken(): Promise<string>;
  oncompleted(event: Completion): void;
  onfailed(error: unknown): void;
}

/** The SDK's transport of one chat: its server makes the sessions. */
export function connectTransport(options: ConnectTransport): TriggerChatTransport {
  const { baseURL, outage, fetchToken, oncompleted, onfailed } = options;
  return new TriggerChatTransport({
    task: "chat",
    baseURL,
    accessToken: fetchToken,
    // A missing session is asked for again with a fresh token, and its 404 stays a 404.
    startSession: async () => ({ publicAccessToken: await fetchToken() }),
    fetch: outage.fetch,
    onEvent: (event) => {
      if (event.type === "turn-completed") oncompleted(event);
      if (event.type === "message-send-failed") onfailed(event.error);
    },
  });
}
