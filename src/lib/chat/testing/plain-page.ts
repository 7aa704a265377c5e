import type { SkeinMessage } from "../../tools/message.ts";
import { mergeStored, placeAnswer, questionOf } from "../merge-messages.ts";
import { Outbox } from "../outbox.ts";
import { inputAfter } from "../stream-cursor.ts";
import { decideSync, isBefore, isRunningHere, type TurnEnded, type TurnInFlight, targetOf } from "../sync-decision.ts";
import { type Chunk, type Guard, guardChunk, guardFor } from "../turn-guard.ts";
import type { ChatPageData } from "../types.ts";
import { type PlainChat, said } from "./plain-chat.ts";

/** A response that is being read. */
interface Reader {
  /** The input whose turn it waits for. */
  since: number;
  guard: Guard;
  /** The messages when it began. */
  base: SkeinMessage[];
  /** `Chat` keeps one message open for each request, whatever starts in it. */
  open: { id: string; text: string };
}

/**
 * A page of a `PlainChat`, made of the decisions that a real one makes (`turns.ts` is the same with requests and time): what
 * it has asked for is answered when the test says so.
 */
export class PlainPage {
  shown: SkeinMessage[];
  isRunning = false;
  turn: TurnInFlight | null = null;
  /** It wants to look at the database, and has not been able to yet. */
  wantsLook = false;
  /** What was sent from here. */
  readonly sent: string[] = [];
  readonly #chat: PlainChat;
  readonly #outbox = new Outbox();
  readonly #known = new Set<string>();
  #data: ChatPageData;
  #ended: TurnEnded | null = null;
  /** Messages on their way to the engine, oldest first. */
  #sending: SkeinMessage[] = [];
  /** What the database said, on its way here: one look of its own, and pages loaded for other reasons. */
  #look: ChatPageData | undefined;
  #loads: ChatPageData[] = [];
  #at = 0;
  #reader: Reader | null = null;

  constructor(chat: PlainChat) {
    this.#chat = chat;
    this.#data = chat.data();
    this.shown = this.#data.messages;
    this.#sync(this.#data, true);
  }

  get isIdle(): boolean {
    return !this.wantsLook && !this.#look && this.#loads.length === 0 && this.#sending.length === 0;
  }

  send(id: string) {
    const after = this.shown.at(-1)?.id ?? null;
    const message: SkeinMessage = { id, role: "user", metadata: { after }, parts: [{ type: "text", text: id }] };
    this.sent.push(id);
    this.#outbox.put(message, 0);
    this.#sending.push(message);
    this.shown = [...this.shown, message];
    if (!this.turn && !this.isRunning) this.#request("send", id);
  }

  /** The engine takes the oldest message that is on its way. False when there is none. */
  deliver(): boolean {
    const message = this.#sending.shift();
    if (!message) return false;
    const seq = this.#chat.take(message);
    this.#outbox.mark(message.id, "accepted", 0);
    if (this.turn?.kind === "send" && this.turn.question === message.id) this.#read(message.id, seq);
    else {
      this.isRunning = true;
      this.wantsLook ||= !this.turn;
    }
    return true;
  }

  /** Asks the database, one question at a time. */
  ask() {
    if (!this.wantsLook || this.#look) return;
    this.wantsLook = false;
    this.#look = this.#chat.data();
  }

  answer() {
    const data = this.#look;
    this.#look = undefined;
    if (data) this.#sync(data, true);
  }

  /** The page's data is loaded, for whatever reason. */
  load() {
    this.#loads.push(this.#chat.data());
  }

  /** One of those loads arrives, in whatever order. */
  loaded(which: number) {
    const [data] = this.#loads.splice(which % Math.max(1, this.#loads.length), 1);
    if (data) this.#sync(data, false);
  }

  /** The connection breaks. */
  disconnect() {
    if (!this.#reader) return;
    this.#reader = null;
    this.turn = null;
    this.wantsLook = true;
  }

  /** Reads one record of the stream. False when there is none. */
  read(): boolean {
    const record = this.#reader && this.#chat.records[this.#at];
    if (!this.#reader || !record) return false;
    this.#at++;
    if ("chunk" in record) this.#take(this.#reader, record.chunk);
    else if (record.completes >= this.#reader.since) this.#completed(record.completes);
    return true;
  }

  #take(reader: Reader, chunk: Chunk) {
    const { guard, verdict } = guardChunk(reader.guard, chunk);
    reader.guard = guard;
    if (verdict === "skip") return;
    if (verdict === "cut") {
      const before = new Set(reader.base.map(({ id }) => id));
      this.shown = [...reader.base, ...this.shown.filter(({ id, role }) => role === "user" && !before.has(id))];
      this.#reader = { ...reader, guard: guardFor(guard.question), open: { id: "", text: "" } };
      this.#at--;
      return;
    }
    if (chunk.type === "start") {
      reader.open.id = chunk.messageId ?? "";
      this.#start(reader.open.id);
    }
    if (chunk.type === "text-delta") reader.open.text += chunk.delta;
    if (chunk.type === "start" || chunk.type === "text-delta") this.#write(reader.open);
  }

  #start(id: string) {
    if (this.turn) this.turn.started = true;
    const question = this.turn?.question ?? null;
    this.#outbox.mark(question, "answering", 0);
    this.shown = placeAnswer(this.shown, question, id, (id) => this.#known.has(id));
  }

  #write({ id, text }: Reader["open"]) {
    const isThere = this.shown.some((message) => message.id === id);
    const answer = said(id, text);
    this.shown = isThere
      ? this.shown.map((message) => (message.id === id ? answer : message))
      : [...this.shown, answer];
  }

  #completed(inSeq: number) {
    const { turn } = this;
    if (!turn) return;
    this.turn = null;
    this.#reader = null;
    const next = turn.started ? this.#next() : turn.question;
    if (next) {
      this.#request("resume", next);
      this.wantsLook = true;
      return this.#read(next, inputAfter(String(inSeq)));
    }
    this.isRunning = false;
    const lastEventId = String(this.#at - 1);
    this.#ended = { question: turn.question, since: turn.lastEventId, lastEventId, until: Infinity };
    this.wantsLook = true;
  }

  #sync(data: ChatPageData, isNewest: boolean): void {
    const { lastEventId } = this.#data.session;
    const situation = { turn: this.turn, ended: this.#ended, lastEventId: isNewest ? undefined : lastEventId, now: 0 };
    const decision = decideSync(situation, data);
    const isOther = data.messages.at(-1)?.id !== this.#data.messages.at(-1)?.id;
    const isDoubtful = !isNewest && isOther && !isBefore(lastEventId, data.session.lastEventId);
    if (decision === "stale" || isDoubtful) {
      this.wantsLook = true;
      return;
    }
    this.#data = data;
    // What is on its way may be from before it.
    if (!isNewest && this.#look) {
      this.#look = undefined;
      this.wantsLook = true;
    }
    for (const { id } of data.messages) this.#known.add(id);
    this.#outbox.settle(data);
    if (this.turn) {
      this.turn.sawRunning ||= data.session.isStreaming;
      this.wantsLook = true;
      if (decision !== "leave") return;
      this.turn = null;
      this.#reader = null;
      return this.#sync(data, true);
    }
    this.#show(data);
    if (decision !== "resume") return;
    this.#request("resume", questionOf(data.messages), targetOf(data));
    this.#read(questionOf(data.messages), inputAfter(data.session.lastInEventId));
  }

  #show(data: ChatPageData) {
    this.#ended = null;
    const isRunning = isRunningHere(data);
    const isStored = (id: string) => this.#known.has(id);
    this.shown = mergeStored(data.messages, { shown: this.shown, own: this.#outbox.messages(), isRunning, isStored });
    this.#at = Number(data.session.lastEventId ?? -1) + 1;
    this.isRunning = isRunning || this.#next() !== undefined;
    if (this.isRunning && !isRunning) this.wantsLook = true;
  }

  #request(kind: "send" | "resume", question: string | null, target = question) {
    const { lastEventId } = this.#data.session;
    this.turn = { kind, question, target, started: false, sawRunning: false, lastEventId };
    if (this.#ended?.question === question) this.#ended = null;
    this.isRunning = true;
  }

  #read(question: string | null, since: number) {
    this.#reader = { since, guard: guardFor(question), base: this.shown, open: { id: "", text: "" } };
  }

  #next(): string | undefined {
    return this.#outbox.next()?.id;
  }
}
