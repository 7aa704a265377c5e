import { auth, configure, sessions } from "@trigger.dev/sdk";
import { chat } from "@trigger.dev/sdk/ai";
import { TriggerChatTransport } from "@trigger.dev/sdk/chat";
import type { UIMessage, UIMessageChunk } from "ai";
import { secretKey } from "./harness.ts";

/** What a browser and its web server do together, with the SDK's own transport and nothing else. */
export class Conversation {
  readonly id: string;
  readonly transport: TriggerChatTransport;
  readonly messages: UIMessage[] = [];

  constructor(url: string, options: { task?: string; id?: string; session?: object; headStart?: string } = {}) {
    configure({ baseURL: url, secretKey });
    const task = options.task ?? "scripted";
    this.id = options.id ?? crypto.randomUUID();
    const start = chat.createStartSessionAction(task);
    this.transport = new TriggerChatTransport({
      task,
      baseURL: url,
      accessToken: ({ chatId }) => tokenFor(chatId),
      startSession: ({ chatId, clientData }) => start({ chatId, clientData }),
      ...(options.headStart ? { headStart: options.headStart } : {}),
      ...(options.session ? { sessions: { [this.id]: options.session as never } } : {}),
    });
  }

  /** Sends a message; once this resolves it is accepted. Returns the chunks of its answer as they come. */
  async send(text: string, messageId: string = crypto.randomUUID()): Promise<AsyncIterable<UIMessageChunk>> {
    this.messages.push({ id: messageId, role: "user", parts: [{ type: "text", text }] });
    return this.answer();
  }

  /** Sends the last message as it is now: a decision about a tool, say. */
  async answer(): Promise<AsyncIterable<UIMessageChunk>> {
    const stream = await this.transport.sendMessages({
      trigger: "submit-message",
      chatId: this.id,
      messageId: undefined,
      messages: this.messages,
      abortSignal: undefined,
    });
    return stream as unknown as AsyncIterable<UIMessageChunk>;
  }

  /** Asks for another answer to the last question. */
  async regenerate(): Promise<string> {
    const stream = await this.transport.sendMessages({
      trigger: "regenerate-message",
      chatId: this.id,
      messageId: undefined,
      messages: this.messages,
      abortSignal: undefined,
    });
    return textOf(stream as unknown as AsyncIterable<UIMessageChunk>);
  }

  /** Sends a message and returns the text of its answer. */
  async ask(text: string, messageId?: string): Promise<string> {
    return textOf(await this.send(text, messageId));
  }

  /** What a page sees that was loaded in the middle of a turn. */
  async resume(): Promise<string | null> {
    const stream = await this.transport.reconnectToStream({ chatId: this.id });
    return stream && textOf(stream as unknown as AsyncIterable<UIMessageChunk>);
  }
}

export const tokenFor = (chatId: string, scopes = { read: { sessions: chatId }, write: { sessions: chatId } }) =>
  auth.createPublicToken({ scopes });

/** The text after the last `start`: an answer that began again replaces what came before. */
export async function textOf(chunks: AsyncIterable<UIMessageChunk>): Promise<string> {
  let text = "";
  for await (const chunk of chunks) {
    if (chunk.type === "start") text = "";
    if (chunk.type === "text-delta") text += chunk.delta;
    if (chunk.type === "error") throw new Error(chunk.errorText);
  }
  return text;
}

export const currentRun = async (chatId: string): Promise<string> =>
  (await sessions.retrieve(chatId)).currentRunId ?? "";

/** What is sent for an answer that takes long enough to be struck. */
export const LONG = "words=60 every=20";

/** Reads the answer to `LONG` and calls `strike` at one of its words. Returns the text a page has in the end. */
export async function strikeAt(
  word: number,
  chunks: AsyncIterable<UIMessageChunk>,
  strike: () => Promise<void> | void,
): Promise<string> {
  let text = "";
  let hasStruck = false;
  for await (const chunk of chunks) {
    if (chunk.type === "start") text = "";
    if (chunk.type === "text-delta") text += chunk.delta;
    if (hasStruck || !`${text} `.includes(` w${word} `)) continue;
    hasStruck = true;
    await strike();
  }
  if (!hasStruck) throw new Error(`The answer ended before w${word}: ${text}`);
  return text;
}

export const answer = (known: number, words: number) =>
  [`known=${known}`, ...Array.from({ length: words }, (_, index) => `w${index + 1}`)].join(" ");
