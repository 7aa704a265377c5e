import type { ChatAction } from "../tools/actions.ts";
import type { SkeinMessage, SkeinMetadata } from "../tools/message.ts";
import { randomId } from "./compose.ts";
import { questionOf } from "./merge-messages.ts";
import type { Outbox } from "./outbox.ts";
import type { TurnRequest } from "./turn-request.ts";
import type { Turns } from "./turns.ts";

export interface ActionsParts {
  turns: Turns;
  outbox: Outbox;
  /** Has `Chat` send it, so that it owns the stream. */
  send(action: ChatAction): Promise<void>;
  /** Makes the request; true once the engine has it, false when it could not be sent. */
  untilAccepted(request: () => Promise<void>): Promise<boolean>;
  /** Ends that turn, in the run and in the database. */
  stopRun(turn: string | null): Promise<unknown>;
  /** Until a stop that was asked for before has reached the run: it would stop the action's turn. */
  stopping(): Promise<void> | null;
}

/** What changes the tree and is answered: an edited question, another answer, the rest of an answer. */
export class Actions {
  readonly #parts: ActionsParts;
  #onItsWay: Promise<void> | null = null;

  constructor(parts: ActionsParts) {
    this.#parts = parts;
  }

  /** Ends once the engine has the last action, or it could not be sent; null when none is on its way. */
  get onItsWay(): Promise<void> | null {
    return this.#onItsWay;
  }

  /** A sibling of a question on the path shown. */
  async edit(messageId: string, parts: SkeinMessage["parts"]): Promise<boolean> {
    const above = this.#to(messageId)?.slice(0, -1);
    if (!above) return false;
    const after = above.at(-1)?.id ?? null;
    const metadata: SkeinMetadata = { after, edits: messageId, createdAt: new Date().toISOString() };
    return this.#edit({ id: randomId(), role: "user", parts, metadata }, above);
  }

  /** Another answer beside one on the path shown. */
  regenerate(messageId: string): Promise<boolean> {
    return this.run({ type: "regenerate", messageId, attempt: randomId() });
  }

  /** The rest of the answer that the path ends with. */
  goOn(messageId: string): Promise<boolean> {
    return this.run({ type: "continue", messageId, attempt: randomId() });
  }

  /** The same again is recognised: it changes nothing the second time. */
  async run(action: ChatAction): Promise<boolean> {
    const path = this.#to(action.messageId);
    const last = path?.at(-1);
    if (!path || !last) return false;
    const above = path.slice(0, -1);
    if (action.type === "edit") {
      const metadata = { after: above.at(-1)?.id ?? null, edits: action.messageId };
      return this.#edit({ ...action.message, role: "user", metadata }, above);
    }
    const question = questionOf(above);
    if (action.type === "regenerate") {
      // `Chat` appends to an answer that the list ends with: the question comes last.
      const toQuestion = above.slice(0, above.findIndex(({ id }) => id === question) + 1);
      return this.#make(toQuestion, { kind: "regenerate", question, action });
    }
    const answer = { ...last, metadata: { ...last.metadata, stopped: undefined, error: undefined } };
    const replyTo = last.metadata?.replyTo ?? question;
    return this.#make([...above, answer], { kind: "continue", question: replyTo, target: last.id, action });
  }

  #edit(message: SkeinMessage, above: SkeinMessage[]): Promise<boolean> {
    const { id, parts, metadata } = message;
    const action = { type: "edit", messageId: metadata?.edits ?? "", message: { id, parts } } as ChatAction;
    this.#parts.outbox.put(message, Date.now());
    return this.#make([...above, message], { kind: "edit", question: id, action });
  }

  #make(path: SkeinMessage[], request: Omit<TurnRequest, "start"> & { action: ChatAction }): Promise<boolean> {
    const { turns } = this.#parts;
    // What runs on the path shown would be replaced. Both records go to the run in this order, and a message that is
    // still on its way goes before them; a turn on another branch is waited for.
    const isReplacing = turns.isRunningHere;
    if (isReplacing) turns.stopped();
    turns.ahead.hold("action");
    turns.ahead.foresee(path, true);
    const made = this.#send(path, request, isReplacing, this.#onItsWay);
    const onItsWay = made.then(() => {
      if (this.#onItsWay === onItsWay) this.#onItsWay = null;
    });
    this.#onItsWay = onItsWay;
    return made;
  }

  /** One at a time: what this one stops may be what the one before it is about to begin. */
  async #send(
    path: SkeinMessage[],
    request: Omit<TurnRequest, "start"> & { action: ChatAction },
    isReplacing: boolean,
    before: Promise<void> | null,
  ): Promise<boolean> {
    const { turns, send, untilAccepted, stopRun, stopping } = this.#parts;
    await before;
    const { stoppable } = turns;
    turns.ahead.hold("action");
    await turns.ahead.quiet;
    await stopping();
    if (isReplacing) await stopRun(stoppable);
    return untilAccepted(() => turns.ahead.begin(path, { ...request, start: () => send(request.action) }));
  }

  /** The path to a message, on the branch shown or on one that was seen. */
  #to(messageId: string): SkeinMessage[] | undefined {
    const { messages, tree } = this.#parts.turns.shown;
    const at = messages.findIndex(({ id }) => id === messageId);
    return at === -1 ? tree.path(messageId) : messages.slice(0, at + 1);
  }
}
