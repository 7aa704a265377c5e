import type { TriggerChatTransport } from "@trigger.dev/sdk/chat";
import type { ChatTransport } from "ai";
import type { SkeinMessage } from "../tools/message.ts";
import { ChunkSource } from "./chunk-source.ts";
import { type GuardedResponse, guardResponse, type ResponseEvents } from "./guarded-response.ts";
import { guardFor } from "./turn-guard.ts";

/** How a request ended, as far as the stream tells. The database has the last word. */
export type Outcome =
  | { type: "ended" }
  | { type: "not-sent"; error: unknown }
  | { type: "failed"; text: string }
  | { type: "lost"; error: unknown }
  /** This page stopped reading. */
  | { type: "left" };

export interface TransportEvents extends Pick<ResponseEvents, "onheard" | "onstart" | "onrecovery" | "oninjected"> {
  /** The engine has the message. */
  onaccepted(): void;
}

type SendOptions = Parameters<ChatTransport<SkeinMessage>["sendMessages"]>[0];
type ReconnectOptions = Parameters<ChatTransport<SkeinMessage>["reconnectToStream"]>[0];

/**
 * `TriggerChatTransport` for `Chat`, with the guard between them. One request at a time: whoever makes one calls `begin`,
 * awaits it, and repeats `resumeStream` as long as `takeRest` returns messages.
 */
export class GuardedTransport implements ChatTransport<SkeinMessage> {
  /** A turn is resumed from its start, always: an answer that goes on tells again what is shown of it. */
  readonly resumeStreamIsReplay = true;
  outcome: Outcome = { type: "ended" };
  readonly #inner: TriggerChatTransport;
  readonly #events: TransportEvents;
  #question: string | null = null;
  #attempt: string | null = null;
  #response: GuardedResponse | undefined;
  #rest: { base: SkeinMessage[]; source: ChunkSource } | undefined;
  /** The messages when the turn began. `Chat` replaces messages and never changes them, so a shallow copy keeps them. */
  #base: SkeinMessage[] = [];

  constructor(inner: TriggerChatTransport, events: TransportEvents) {
    this.#inner = inner;
    this.#events = events;
  }

  /** Call before each request: the message it is to answer, the messages shown, and which answer if one in particular. */
  begin(question: string | null, messages: SkeinMessage[], attempt: string | null = null) {
    this.outcome = { type: "ended" };
    this.#question = question;
    this.#attempt = attempt;
    this.#base = [...messages];
    this.#rest?.source.cancel();
    this.#rest = undefined;
  }

  sendMessages = async (options: SendOptions) => {
    this.#base = [...options.messages];
    const stream = await this.#sent(() => this.#inner.sendMessages(options));
    return this.#guard(new ChunkSource(stream), false);
  };

  reconnectToStream = async (options: ReconnectOptions) => {
    const rest = this.#rest;
    this.#rest = undefined;
    if (rest) return this.#guard(rest.source, false);
    if (options.body && "action" in options.body) {
      // An answer that goes on is told from its beginning, as a resumed one is, and stays on the screen until then.
      const { abortSignal } = options as Pick<SendOptions, "abortSignal">;
      const request = {
        trigger: "regenerate-message",
        messageId: undefined,
        messages: this.#base,
        abortSignal,
      } as const;
      const stream = await this.#sent(() => this.#inner.sendMessages({ ...options, ...request }));
      return this.#guard(new ChunkSource(stream), true);
    }
    const stream = await this.#inner.reconnectToStream(options);
    return stream && this.#guard(new ChunkSource(stream), true);
  };

  /**
   * When the run was replaced: the messages from which the rest of the same stream is to be resumed. Messages the person
   * sent meanwhile stay.
   */
  takeRest(shown: SkeinMessage[]): SkeinMessage[] | undefined {
    if (!this.#rest) return undefined;
    const base = this.#rest.base;
    const before = new Set(base.map((message) => message.id));
    return [...base, ...shown.filter((message) => message.role === "user" && !before.has(message.id))];
  }

  /** Stops reading, here and now. The run goes on. */
  detach() {
    this.#rest?.source.cancel();
    this.#rest = undefined;
    this.outcome = { type: "left" };
    this.#response?.end();
    // It forgets its subscriptions at once, so that a new one can be made; it stays usable.
    this.#inner.dispose();
  }

  async #sent<Answer>(send: () => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await send();
      this.#events.onaccepted();
      return answer;
    } catch (error) {
      this.outcome = { type: "not-sent", error };
      throw error;
    }
  }

  #guard(source: ChunkSource, isReplay: boolean) {
    const base = this.#base;
    this.#response = guardResponse(source, guardFor(this.#question, this.#attempt), isReplay, {
      ...this.#events,
      onfailed: (text) => (this.outcome = { type: "failed", text }),
      onlost: (error) => (this.outcome = { type: "lost", error }),
      oncut: (source) => (this.#rest = { base, source }),
    });
    // Left while the request was still on its way.
    if (this.outcome.type === "left") this.detach();
    return this.#response.stream;
  }
}
