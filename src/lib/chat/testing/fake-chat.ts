import type { SkeinMessage } from "../../tools/message.ts";
import type { MessageQueue } from "../../tools/queue.ts";
import { ChatSession } from "../chat-session.svelte.ts";
import { foresee } from "../foresee-queue.ts";
import type { Destination, HeadMoved, Whereabouts } from "../head-moves.ts";
import type { ChatPageData } from "../types.ts";
import { FakeEngine } from "./fake-engine.ts";

export const user = (id: string, text = id): SkeinMessage => ({ id, role: "user", parts: [{ type: "text", text }] });
export const assistant = (id: string, replyTo: string, text: string): SkeinMessage => ({
  id,
  role: "assistant",
  metadata: { replyTo },
  parts: [{ type: "step-start" }, { type: "text", text, state: "done" }],
});

/** One chat: an engine, a database row, and pages that look at both. */
export class FakeChat {
  readonly engine: FakeEngine;
  readonly stops: string[] = [];
  reloads = 0;
  isWebDown = false;
  isDeleted = false;
  stored: SkeinMessage[] = [];
  status: ChatPageData["chat"]["status"] = "idle";
  statusDetail: string | null = null;
  lastEventId: string | undefined;
  lastInEventId: string | undefined;
  queue: MessageQueue = { isPaused: false, items: [] };
  readonly #pages: ChatSession[] = [];
  #heldReloads: Promise<void> = Promise.resolve();

  constructor(nextInput = 0) {
    this.engine = new FakeEngine(nextInput);
  }

  /** A chat with one finished turn: `u1`, answered by `a1`. */
  static async afterOneTurn(): Promise<FakeChat> {
    const chat = new FakeChat(1);
    await chat.engine.start();
    chat.saveQuestion(user("u1"));
    chat.saveAnswer(assistant("a1", "u1", "one"), chat.engine.answer("a1", "u1", "one", 0), 0);
    return chat;
  }

  data(): ChatPageData {
    const { status, statusDetail, lastEventId, lastInEventId } = this;
    return structuredClone({
      chat: {
        id: "chat-1",
        title: "Chat",
        model: null,
        status,
        statusDetail,
        forkedFrom: null,
        parent: null,
        newSince: null,
      },
      messages: this.stored,
      branches: this.branches(),
      queue: this.queue,
      session: {
        publicAccessToken: "token",
        lastEventId,
        lastInEventId,
        isStreaming: status === "running",
        answering: this.answering(),
      },
      realtimeUrl: this.engine.url,
    });
  }

  protected branches(): ChatPageData["branches"] {
    return {};
  }

  protected answering(): ChatPageData["session"]["answering"] {
    return null;
  }

  /** Whether the database takes the turn for one that runs, or is to come. */
  isStoppable = (_turn: string) => true;

  protected moveHead(_to: Destination | Whereabouts): Promise<HeadMoved | undefined> {
    return Promise.resolve(undefined);
  }

  protected undo(_messageId: string): Promise<HeadMoved | undefined> {
    return Promise.resolve(undefined);
  }

  /** What the agent's storage does when a turn begins. */
  saveQuestion(message?: SkeinMessage) {
    if (message) this.stored = [...this.stored, message];
    this.status = "running";
  }

  /** What it does when a turn ends. */
  saveAnswer(message: SkeinMessage | undefined, lastEventId: string, lastInEventId: number) {
    if (message) this.stored = [...this.stored, message];
    this.status = "idle";
    this.lastEventId = lastEventId;
    this.lastInEventId = String(lastInEventId);
  }

  /** Opens the page, as a reload or another tab does. */
  open(): ChatSession {
    const page = this.create();
    page.connect();
    return page;
  }

  /** The page before it runs in a browser. */
  create(data = this.data()): ChatSession {
    const page = new ChatSession(data, {
      fetchToken: () => Promise.resolve("token"),
      reload: () => {
        this.reloads++;
        if (this.isWebDown) return Promise.reject(new TypeError("fetch failed"));
        const data = this.isDeleted ? undefined : this.data();
        return this.#heldReloads.then(() => data);
      },
      requestStop: async (_, turn) => {
        this.stops.push(turn);
        if (this.isStoppable(turn)) await this.engine.takeStop();
      },
      model: () => "demo:words",
      moveHead: (_, to) => this.moveHead(to),
      undo: (_, messageId) => this.undo(messageId),
      readQueue: () => Promise.resolve(structuredClone(this.queue)),
      changeQueue: (_, operation) => Promise.resolve(structuredClone((this.queue = foresee(this.queue, operation)))),
    });
    this.#pages.push(page);
    return page;
  }

  /** Reads the database when it is asked, and answers once the returned function is called. */
  holdReloads(): () => void {
    let release = () => {};
    this.#heldReloads = new Promise((resolve) => (release = resolve));
    return release;
  }

  /** The live feed tells every page. */
  announce() {
    for (const page of this.#pages) page.refresh();
  }

  async close() {
    for (const page of this.#pages) page.dispose();
    await this.engine.stop();
  }
}

/** The conversation as a person reads it: `id:text`. */
export function read(page: ChatSession): string[] {
  return page.messages.map(
    (message) => `${message.id}:${message.parts.map((part) => (part.type === "text" ? part.text : "")).join("")}`,
  );
}
