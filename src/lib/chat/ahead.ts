import type { SkeinMessage } from "../tools/message.ts";
import type { Freshness } from "./freshness.ts";
import { questionOf } from "./merge-messages.ts";
import type { Shown } from "./shown.ts";
import type { TurnReader } from "./turn-reader.ts";
import type { TurnRequest, TurnsParts } from "./turn-request.ts";

export interface AheadParts extends Pick<TurnsParts, "chat" | "state"> {
  shown: Shown;
  reader: TurnReader;
  freshness: Freshness;
  /** The message the current turn works on. */
  target(): string | null;
  isRunningHere(): boolean;
  request(request: TurnRequest): Promise<void>;
}

/** What the person does to the path is shown before the database has it, and until then nothing from before it is. */
export class Ahead {
  readonly #parts: AheadParts;
  readonly #held = new Set<"move" | "action">();

  constructor(parts: AheadParts) {
    this.#parts = parts;
  }

  get isHolding(): boolean {
    return this.#held.size > 0;
  }

  /** Until `Turns.release` or `begin`, nothing is read and nothing that was read before is shown. */
  hold(forWhat: "move" | "action") {
    this.#held.add(forWhat);
    this.#parts.reader.leave();
    this.#parts.freshness.outdate();
  }

  /** Once nothing is read any more. */
  get quiet(): Promise<void> {
    return this.#parts.reader.quiet;
  }

  /** Holds nothing any more. */
  forget() {
    this.#held.clear();
  }

  /** Shows a path before the database has it; `isRunning`: as one that is being answered. */
  foresee(messages: SkeinMessage[], isRunning: boolean) {
    const { shown, reader, state } = this.#parts;
    shown.leave(this.#parts.isRunningHere());
    shown.show(messages, reader.turn !== null);
    state.running = isRunning;
    state.recovering = false;
    state.problem = null;
  }

  /** Shows another branch before the database says that it is the head's. */
  goTo(messages: SkeinMessage[]) {
    const { shown, state } = this.#parts;
    const running = this.#parts.isRunningHere() ? this.#parts.target() : state.elsewhere;
    const last = messages.at(-1);
    const isPartial = last?.role === "assistant" && !shown.tree.isStored(last.id);
    const isThere = running !== null && (last?.id === running || (isPartial && questionOf(messages) === running));
    this.foresee(messages, isThere);
    state.elsewhere = isThere ? null : running;
  }

  /**
   * A held page goes on with a request of its own, about a path. Whoever went to another branch meanwhile stays there:
   * it is sent all the same, and its answer is not read into the list of that branch.
   */
  begin(path: SkeinMessage[], request: TurnRequest): Promise<void> {
    const { chat, reader, shown, state } = this.#parts;
    const { messages } = shown;
    this.#held.delete("action");
    if (path.every(({ id }, at) => messages[at]?.id === id)) {
      shown.show(messages, false);
      return this.#parts.request(request);
    }
    const { running } = state;
    chat.messages = path;
    shown.show(messages, true);
    const made = this.#parts.request(request);
    state.running = running;
    reader.leave();
    return made;
  }
}
