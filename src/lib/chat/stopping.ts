import type { TurnsParts } from "./turn-request.ts";
import type { Turns } from "./turns.ts";
import type { ChatSessionOptions } from "./types.ts";

export interface StoppingParts extends Pick<TurnsParts, "id" | "inner" | "outbox"> {
  turns: Turns;
  /** Whether the engine has the message that was sent last; null when none was. */
  accepted(): Promise<boolean> | null;
  requestStop: ChatSessionOptions["requestStop"];
}

/** How a turn is stopped: here at once, then, by one request to the web server, in the database and in the run. */
export class Stopping {
  readonly #parts: StoppingParts;
  #onItsWay: Promise<void> | null = null;

  constructor(parts: StoppingParts) {
    this.#parts = parts;
  }

  /** Ends once the engine has the last stop; null when none is on its way. What is sent before, it would stop too. */
  get onItsWay(): Promise<void> | null {
    return this.#onItsWay;
  }

  /** Stops the turn that is shown. */
  async stop(): Promise<void> {
    const { outbox, turns, accepted } = this.#parts;
    const { stoppable, question } = turns;
    // A stop must not overtake the message it is for.
    const sent = outbox.is("sending", question) ? accepted() : null;
    turns.stopped();
    const stopped = this.#stop(stoppable, sent).finally(() => {
      if (this.#onItsWay === stopped) this.#onItsWay = null;
    });
    this.#onItsWay = stopped;
    await stopped;
  }

  /** Stops a turn elsewhere only. Of one that is over nothing is stopped: it would be the one after it. */
  async run(turn: string | null): Promise<void> {
    const { id, inner, requestStop } = this.#parts;
    try {
      if (turn !== null) return void (await requestStop(id, turn));
    } catch {
      // The engine may be there although the web server, or the database, is not.
    }
    await inner.stopGeneration(id);
  }

  async #stop(turn: string | null, sent: Promise<boolean> | null): Promise<void> {
    if (sent && !(await sent)) return;
    // What is still read and drawn would only keep the request waiting. How it ends the database tells.
    this.#parts.turns.letGo();
    await this.run(turn);
  }
}
