import { Chat } from "@ai-sdk/svelte";
import { TriggerChatTransport } from "@trigger.dev/sdk/chat";
import { untrack } from "svelte";
import type { SkeinMessage } from "../tools/message.ts";
import { compose, ensureRandomUUID, randomId } from "./compose.ts";
import { GuardedTransport } from "./guarded-transport.ts";
import { questionOf } from "./merge-messages.ts";
import { Outage } from "./outage.ts";
import { Outbox } from "./outbox.ts";
import { problemIn, type SessionState, Turns } from "./turns.ts";
import type { ChatActivity, ChatPageData, ChatProblem, ChatSessionOptions } from "./types.ts";

class State implements SessionState {
  running = $state(false);
  recovering = $state(false);
  reconnecting = $state(false);
  problem = $state.raw<ChatProblem | null>(null);
}

/** One conversation in one page: what its components read and do. `Turns` has the logic. */
export class ChatSession {
  readonly id: string;
  readonly #options: ChatSessionOptions;
  readonly #state = new State();
  readonly #outbox = new Outbox();
  readonly #inner: TriggerChatTransport;
  readonly #chat: Chat<SkeinMessage>;
  readonly #turns: Turns;
  #accepted: (() => void) | undefined;
  #sendFailure: unknown;

  constructor(data: ChatPageData, options: ChatSessionOptions) {
    this.id = data.chat.id;
    this.#options = options;
    this.#state.running = data.session.isStreaming;
    this.#state.problem = problemIn(data);
    const outage = new Outage((isShown) => (this.#state.reconnecting = isShown));
    this.#inner = this.#connectTo(data.realtimeUrl, outage);
    const transport = new GuardedTransport(this.#inner, {
      onaccepted: () => this.#onaccepted(),
      onheard: () => this.#turns.onheard(),
      onstart: (answerId) => this.#turns.onstart(answerId),
      onrecovery: () => (this.#state.recovering = true),
      oninjected: (ids) => ids.forEach((id) => this.#outbox.mark(id, "answering", Date.now())),
    });
    this.#chat = new Chat({ id: this.id, messages: data.messages, transport, generateId: randomId });
    const { id } = this;
    this.#turns = new Turns(
      { id, chat: this.#chat, inner: this.#inner, transport, outbox: this.#outbox, outage, state: this.#state },
      data,
      () => options.reload(),
    );
  }

  get messages(): SkeinMessage[] {
    return this.#chat.messages;
  }

  get status(): "ready" | "submitted" | "streaming" | "error" {
    if (!this.#state.running) return this.#state.problem ? "error" : "ready";
    const isAnswering = this.#chat.status === "streaming" || this.#chat.lastMessage?.role === "assistant";
    return isAnswering ? "streaming" : "submitted";
  }

  /** A turn is in flight, whoever started it. */
  get isRunning(): boolean {
    return this.#state.running;
  }

  get activity(): ChatActivity {
    if (!this.#state.running) return "idle";
    if (this.#state.reconnecting) return "reconnecting";
    return this.#state.recovering ? "recovering" : "generating";
  }

  get error(): ChatProblem | null {
    return this.#state.problem;
  }

  /** Starts reading, in the browser only. */
  connect(): void {
    ensureRandomUUID();
    untrack(() => this.#turns.start());
  }

  /** Takes fresh data of the server, at any time and any number of times. */
  sync(data: ChatPageData): void {
    untrack(() => this.#turns.sync(data, false));
  }

  /** Looks at the database now, because the live feed announced something. */
  refresh(): void {
    void untrack(() => this.#turns.freshness.now());
  }

  /** Leaves the page. The run goes on. */
  dispose(): void {
    untrack(() => this.#turns.end());
  }

  /** Sends a message; ends when it is accepted, or shown as not sent. Never throws. */
  async send(text: string): Promise<void> {
    if (text.trim() === "") return;
    const shown = this.#chat.messages.findLast((message) => !this.#outbox.is("not-sent", message.id));
    await this.#deliver(compose(text, shown?.id ?? null));
  }

  /** Stops the answer, here at once and in the run. */
  async stop(): Promise<void> {
    if (!this.#state.running) return;
    const isSending = this.#outbox.is("sending", this.#turns.question);
    this.#turns.stopped();
    // `Chat` alone stops only what it sent itself, the transport alone leaves `Chat` waiting; and a run that is being
    // replaced hears neither, so the database is told as well.
    const stopRun = () => this.#inner.stopGeneration(this.id);
    await Promise.allSettled([this.#chat.stop(), stopRun(), this.#options.requestStop(this.id)]);
    // The stop may have overtaken the message it was for.
    if (isSending) await stopRun();
  }

  /** Sends the same message again if it was not sent; runs the turn again if it failed. */
  async retry(): Promise<void> {
    const problem = this.#state.problem;
    if (!problem) return;
    const question = questionOf(this.#chat.messages);
    const unstored = this.#outbox.get(problem.messageId) ?? (problem.kind === "failed" && this.#outbox.get(question));
    if (unstored) {
      const others = this.#chat.messages.filter((message) => message.id !== unstored.id);
      this.#chat.messages = others;
      await this.#deliver({ ...unstored, metadata: { ...unstored.metadata, after: others.at(-1)?.id ?? null } });
    } else if (question && !this.#turns.isReading) {
      await this.#untilAccepted("regenerate", question, () =>
        this.#chat.regenerate({ messageId: question, metadata: this.#clientData() }),
      );
    }
  }

  async #deliver(message: SkeinMessage): Promise<void> {
    this.#outbox.put(message, Date.now());
    if (this.#turns.isReading || this.#state.running) return this.#sendAlong(message);
    await this.#untilAccepted("send", message.id, () =>
      this.#chat.sendMessage(message, { metadata: this.#clientData() }),
    );
  }

  async #untilAccepted(kind: "send" | "regenerate", question: string, request: () => Promise<void>): Promise<void> {
    const accepted = new Promise<void>((resolve) => (this.#accepted = resolve));
    await Promise.race([accepted, this.#turns.request(kind, question, request)]);
  }

  #onaccepted() {
    this.#outbox.mark(this.#turns.question, "accepted", Date.now());
    this.#accepted?.();
  }

  /** While a turn runs, the engine keeps the message for the next one, or the agent takes it into this one. */
  async #sendAlong(message: SkeinMessage): Promise<void> {
    this.#state.problem = null;
    this.#chat.messages = [...this.#chat.messages, message];
    if (await this.#inner.sendPendingMessage(this.id, message, this.#clientData())) {
      this.#outbox.mark(message.id, "accepted", Date.now());
      this.#state.running = true;
      // The turn ended in the meantime: the database says which one comes next.
      if (!this.#turns.isReading) this.refresh();
    } else this.#turns.notSent(message.id, this.#sendFailure);
  }

  #clientData() {
    return { model: this.#options.model() };
  }

  #connectTo(baseURL: string, outage: Outage): TriggerChatTransport {
    const token = () => this.#options.fetchToken(this.id);
    return new TriggerChatTransport({
      task: "chat",
      baseURL,
      accessToken: token,
      // Sessions are made by the server. A missing one is asked for again with a fresh token, and its 404 stays a 404.
      startSession: async () => ({ publicAccessToken: await token() }),
      fetch: outage.fetch,
      onEvent: (event) => {
        if (event.type === "turn-completed") this.#turns.oncompleted(event);
        if (event.type === "message-send-failed") this.#sendFailure = event.error;
      },
    });
  }
}
