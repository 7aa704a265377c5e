import type { SkeinMessage } from "../../tools/message.ts";
import type { Chunk } from "../turn-guard.ts";
import type { ChatPageData } from "../types.ts";

type OutRecord = { chunk: Chunk } | { completes: number };

interface AgentTurn {
  seq: number;
  question: string;
  answer: number;
  /** The chunks that it has not written yet. */
  left: Chunk[];
}

/** An engine, an agent and a database without time: each step of theirs is a call, so a test can choose the order. */
export class PlainChat {
  readonly records: OutRecord[] = [];
  stored: SkeinMessage[] = [];
  readonly #inputs: SkeinMessage[] = [];
  #turn: AgentTurn | null = null;
  #next = 0;
  #answers = 0;
  #lastEventId: string | undefined;
  #lastInEventId: string | undefined;
  #isSaved = true;

  /** The engine accepts a message; its place on `.in`. */
  take(message: SkeinMessage): number {
    return this.#inputs.push(message) - 1;
  }

  /** The agent's next step. False when there is nothing to do. */
  advance(): boolean {
    const turn = this.#turn;
    if (!turn) return this.#begin();
    const chunk = turn.left.shift();
    if (chunk) this.records.push({ chunk });
    else if (this.#isSaved) this.#complete(turn.seq);
    else this.#save(turn);
    return true;
  }

  /** The run dies, and another one begins its answer again. */
  die() {
    if (!this.#turn || !this.#isSaved) return;
    this.records.push({ chunk: { type: "data-recovery", data: {}, transient: true } });
    Object.assign(this.#turn, this.#answerTo(this.#turn.question));
  }

  data(): ChatPageData {
    const isStreaming = this.#turn !== null;
    return structuredClone({
      chat: {
        id: "chat",
        title: "Chat",
        model: null,
        status: isStreaming ? "running" : "idle",
        statusDetail: null,
        forkedFrom: null,
        parent: null,
        newSince: null,
      },
      messages: this.stored,
      branches: {},
      queue: { isPaused: false, items: [] },
      session: {
        publicAccessToken: null,
        lastEventId: this.#lastEventId,
        lastInEventId: this.#lastInEventId,
        isStreaming,
        answering: this.#turn && { messageId: this.#turn.question, isShown: true },
      },
      realtimeUrl: "",
    });
  }

  /** The question is stored before the first chunk, the answer after the last one. */
  #begin(): boolean {
    const message = this.#inputs[this.#next];
    if (!message) return false;
    this.#turn = { seq: this.#next++, question: message.id, ...this.#answerTo(message.id) };
    this.stored = [...this.stored, message];
    return true;
  }

  #answerTo(question: string) {
    const answer = ++this.#answers;
    const left: Chunk[] = [
      { type: "start", messageId: `a${answer}`, messageMetadata: { replyTo: question } },
      { type: "text-delta", id: "t", delta: `${answer}:` },
      { type: "text-delta", id: "t", delta: question },
      { type: "finish" },
    ];
    return { answer, left };
  }

  #complete(seq: number) {
    this.records.push({ completes: seq });
    this.#isSaved = false;
  }

  #save({ seq, answer, question }: AgentTurn) {
    this.stored = [...this.stored, said(`a${answer}`, `${answer}:${question}`)];
    this.#lastEventId = String(this.records.length - 1);
    this.#lastInEventId = String(seq);
    this.#isSaved = true;
    this.#turn = null;
  }
}

export const said = (id: string, text: string): SkeinMessage => ({
  id,
  role: "assistant",
  parts: [{ type: "text", text }],
});
