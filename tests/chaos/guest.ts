import { setTimeout as sleep } from "node:timers/promises";
import type { ChatPageData } from "../../src/lib/chat/types.ts";

const AGAIN_MS = 250;
const PATIENCE_MS = 60_000;
/** As long as a page keeps its person waiting. */
const REQUEST_MS = 20_000;

/** A newcomer's browser, as far as the web server can tell: a cookie, the form of a new chat, the requests of a page. */
export class Guest {
  readonly url: string;
  #cookie = "";

  constructor(url: string) {
    this.url = url;
  }

  /** Makes a chat and opens its page, which begins the first turn. Each is repeated until it succeeds. The chat's id. */
  async startChat(text: string): Promise<string> {
    const chatId = await this.#patiently(async () => {
      if (this.#cookie === "") await this.#take(await this.#fetch("/"));
      const response = await this.#fetch("/", { method: "POST", body: new URLSearchParams({ text }) });
      return /\/chats\/([^/?]+)/.exec(response.headers.get("location") ?? "")?.[1];
    });
    await this.#patiently(async () => (await this.#fetch(`/chats/${chatId}`)).ok || undefined);
    return chatId;
  }

  /** What the page of the chat would show. */
  page(chatId: string): Promise<ChatPageData> {
    return this.#patiently(async () => {
      const response = await this.#fetch(`/api/chats/${chatId}`);
      return response.ok ? ((await response.json()) as ChatPageData) : undefined;
    });
  }

  token(chatId: string): Promise<string> {
    return this.#patiently(async () => {
      const response = await this.#fetch(`/api/chats/${chatId}/token`, { method: "POST" });
      return response.ok ? ((await response.json()) as { token: string }).token : undefined;
    });
  }

  /** Sends a message until it is accepted, always with the same id, as the transport and its page do. */
  async send(chatId: string, token: string, text: string): Promise<void> {
    const message = { id: crypto.randomUUID(), role: "user", parts: [{ type: "text", text }] };
    const body = JSON.stringify({
      kind: "message",
      payload: { chatId, trigger: "submit-message", message, metadata: {} },
    });
    await this.#patiently(async () => {
      const response = await this.#fetch(`/realtime/v1/sessions/${chatId}/in/append`, {
        method: "POST",
        body,
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          "x-part-id": crypto.randomUUID(),
        },
      });
      return response.ok || undefined;
    });
  }

  async #patiently<T>(attempt: () => Promise<T | undefined>): Promise<T> {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(AGAIN_MS)) {
      const result = await attempt().catch(() => undefined);
      if (result !== undefined) return result;
    }
    throw new Error(`a request has failed for ${PATIENCE_MS / 1000} s`);
  }

  async #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(this.url + path, {
      redirect: "manual",
      signal: AbortSignal.timeout(REQUEST_MS),
      ...init,
      // As a browser without scripts: whoever prefers JSON is not redirected.
      headers: { accept: "text/html", cookie: this.#cookie, origin: this.url, ...init.headers },
    });
    // Read, or the connection is never free again; what is wanted of it is small.
    const body = await response.arrayBuffer();
    const isEmpty = [204, 303, 304].includes(response.status);
    return new Response(isEmpty ? null : body, { status: response.status, headers: response.headers });
  }

  #take(response: Response): void {
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
    if (cookies.length === 0) throw new Error("no guest");
    this.#cookie = cookies.join("; ");
  }
}
