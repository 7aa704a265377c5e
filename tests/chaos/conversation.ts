import { setTimeout as sleep } from "node:timers/promises";
import type { ChatPageData } from "../../src/lib/chat/types.ts";
import { AnswerStream } from "./answer-stream.ts";
import { Guest } from "./guest.ts";
import type { PlannedTurn } from "./plan.ts";

/** A page looks again when a turn has ended, and every now and then. */
const LOOK_MS = 1_500;
const STEP_MS = 50;

/** From the message's acceptance to its stored answer, in epoch milliseconds. */
export interface Flight {
  from: number;
  to?: number;
}

/** One person in one chat, who asks, waits for the answer, and asks again. */
export class Conversation {
  readonly turns: readonly PlannedTurn[];
  readonly flights: Flight[] = [];
  chatId: string | undefined;
  stream: AnswerStream | undefined;
  /** What a page would have shown instead of an answer. */
  problem: string | undefined;
  readonly #guest: Guest;

  constructor(url: string, turns: readonly PlannedTurn[]) {
    this.#guest = new Guest(url);
    this.turns = turns;
  }

  /** Until the last answer is there, or `signal` says that it has taken too long. */
  async run(signal: AbortSignal): Promise<void> {
    for (const [index, turn] of this.turns.entries()) {
      if (index > 0) await sleep(turn.pauseMs);
      const flight: Flight = { from: Date.now() };
      this.flights.push(flight);
      await this.#ask(turn.text);
      if (!(await this.#isAnswered(index, signal))) break;
      flight.to = Date.now();
    }
    this.stream?.close();
  }

  async #ask(text: string): Promise<void> {
    if (this.chatId === undefined) {
      this.chatId = await this.#guest.startChat(text);
      this.stream = new AnswerStream(this.#guest.url, this.chatId, await this.#guest.token(this.chatId));
    } else await this.#guest.send(this.chatId, await this.#guest.token(this.chatId), text);
  }

  async #isAnswered(index: number, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      const { chat, messages }: ChatPageData = await this.#guest.page(this.chatId ?? "");
      const isThere = messages.filter(({ role }) => role === "user").length > index;
      if (isThere && chat.status === "idle" && messages.at(-1)?.role === "assistant") return true;
      if (isThere && chat.status === "failed") this.problem = chat.statusDetail ?? "failed";
      if (this.problem !== undefined || signal.aborted) return false;
      const ends = this.stream?.ends;
      for (const until = Date.now() + LOOK_MS; Date.now() < until && this.stream?.ends === ends;) await sleep(STEP_MS);
    }
  }
}
