import { TriggerChatTransport } from "@trigger.dev/sdk/chat";
import type { UIMessage, UIMessageChunk } from "ai";

/** What runs in the page of `cross-origin.test.ts`: the SDK's own transport, against the engine's port itself. */

type Server = {
  tokenFor(chatId: string): Promise<string>;
  start(chatId: string): Promise<{ publicAccessToken: string }>;
};

export class Page {
  readonly #id: string;
  readonly #messages: UIMessage[] = [];
  readonly #transport: TriggerChatTransport;
  /** The text so far of what is being read, and how often something was added to it. */
  text = "";
  pieces = 0;

  constructor(url: string, id: string, session?: object) {
    this.#id = id;
    const server = window as unknown as Server;
    this.#transport = new TriggerChatTransport({
      task: "scripted",
      baseURL: url,
      accessToken: ({ chatId }) => server.tokenFor(chatId),
      startSession: ({ chatId }) => server.start(chatId),
      ...(session ? { sessions: { [id]: session as never } } : {}),
    });
  }

  async send(text: string): Promise<string> {
    this.#messages.push({ id: crypto.randomUUID(), role: "user", parts: [{ type: "text", text }] });
    return this.#read(
      await this.#transport.sendMessages({
        trigger: "submit-message",
        chatId: this.#id,
        messageId: undefined,
        messages: this.#messages,
        abortSignal: undefined,
      }),
    );
  }

  async resume(): Promise<string | null> {
    const stream = await this.#transport.reconnectToStream({ chatId: this.#id });
    return stream && this.#read(stream);
  }

  session() {
    return this.#transport.getSession(this.#id);
  }

  async #read(stream: ReadableStream<UIMessageChunk>): Promise<string> {
    this.text = "";
    this.pieces = 0;
    const reader = stream.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (next.value.type === "error") throw new Error(next.value.errorText);
      if (next.value.type !== "text-delta") continue;
      this.text += next.value.delta;
      this.pieces += 1;
    }
    return this.text;
  }
}

Object.assign(window, { Page });
