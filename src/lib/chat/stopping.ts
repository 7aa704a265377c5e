import type { TurnsParts } from "./turn-request.ts";
import type { Turns } from "./turns.ts";
import type { ChatSessionOptions } from "./types.ts";

/** For so long a stop waits for the database to be told of it. */
const TELL_MS = 500;

export interface StoppingParts extends Pick<TurnsParts, "id" | "chat" | "inner" | "outbox"> {
  turns: Turns;
  /** Whether the engine has the message that was sent last; null when none was. */
  accepted(): Promise<boolean> | null;
  requestStop: ChatSessionOptions["requestStop"];
}

/** How a turn is stopped: here at once, then in the database, then in the run. */
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
    const { stoppable, isHeard, question } = turns;
    // A stop must not overtake the message it is for.
    const sent = outbox.is("sending", question) ? accepted() : null;
    turns.stopped();
    const stopped = this.#stop(stoppable, isHeard, sent).finally(() => {
      if (this.#onItsWay === stopped) this.#onItsWay = null;
    });
    this.#onItsWay = stopped;
    await stopped;
  }

  /**
   * Stops a turn elsewhere only. The database is told first: a run that is being replaced, or that has not begun the
   * turn, does not hear the session's stop, and looks there afterwards. False: that turn was heard and is over, and the
   * stop would have been for the one after it.
   */
  async run(turn: string | null, isHeard = false): Promise<boolean> {
    const { id, inner, requestStop } = this.#parts;
    const asked = turn === null ? Promise.resolve(true) : requestStop(id, turn).catch(() => true);
    const late = new Promise<true>((resolve) => setTimeout(() => resolve(true), TELL_MS));
    const isStopping = await Promise.race([asked, late]);
    if (!isStopping && isHeard) return false;
    await inner.stopGeneration(id);
    return true;
  }

  async #stop(turn: string | null, isHeard: boolean, sent: Promise<boolean> | null): Promise<void> {
    if (sent && !(await sent)) return;
    if (!(await this.run(turn, isHeard))) return;
    // The transport alone leaves `Chat` waiting, and `Chat` alone stops only what it sent itself.
    await this.#parts.chat.stop();
  }
}
