import type { SkeinMessage } from "../tools/message.ts";
import { questionOf } from "./merge-messages.ts";
import type { Turns } from "./turns.ts";
import type { ChatPageData } from "./types.ts";

/** Where to go: child `id` of `parentId`; null is exactly `parentId`, and the answer being written under it. */
export interface Destination {
  parentId: string | null;
  id: string | null;
}

/** A message, on whichever branch it is. */
export interface Whereabouts {
  messageId: string;
}

/** What the server says of a move: the messages of `data` are those below `after`. */
export interface HeadMoved {
  after: string | null;
  data: ChatPageData;
}

/** Moves of the head that wake no run. Undefined: the chat or the message is not there. */
export interface HeadApi {
  moveHead(chatId: string, to: Destination | Whereabouts): Promise<HeadMoved | undefined>;
  undo(chatId: string, messageId: string): Promise<HeadMoved | undefined>;
}

interface Move {
  /** Only the last of several that wait is made: it says where to be, whatever came before. */
  isReplaceable: boolean;
  request: () => Promise<HeadMoved | undefined>;
}

export interface HeadMovesState {
  /** The branch that is asked for and that this page has not seen. */
  going: Destination | null;
  /** Why the last move failed. */
  moveProblem: string | null;
}

/** Goes to other branches: shown at once as far as this page knows them, then as the server has them. */
export class HeadMoves {
  readonly #turns: Turns;
  readonly #state: HeadMovesState;
  readonly #api: HeadApi;
  readonly #chatId: string;
  readonly #waiting: Move[] = [];
  #onItsWay: Promise<void> | null = null;

  constructor(chatId: string, turns: Turns, state: HeadMovesState, api: HeadApi) {
    this.#chatId = chatId;
    this.#turns = turns;
    this.#state = state;
    this.#api = api;
  }

  /** Ends once the server has the moves made so far, or they failed; null when none is on its way. */
  get onItsWay(): Promise<void> | null {
    return this.#onItsWay;
  }

  switchTo(to: Destination): Promise<void> {
    const known = this.#turns.shown.tree.through(to.parentId, to.id);
    const isSeen = known !== undefined && (to.id === null || known.some(({ id }) => id === to.id));
    this.#show(known, isSeen ? null : to);
    return this.#go({ isReplaceable: true, request: () => this.#api.moveHead(this.#chatId, to) });
  }

  /** Goes to the branch that has this message. One that this page has not seen is shown once the server has it. */
  goTo(messageId: string): Promise<void> {
    const known = this.#turns.shown.tree.path(messageId);
    if (known) return this.switchTo({ parentId: known.at(-2)?.id ?? null, id: messageId });
    this.#show(undefined, null);
    return this.#go({ isReplaceable: true, request: () => this.#api.moveHead(this.#chatId, { messageId }) });
  }

  /** Takes back the last question of the path shown, with its answer. They stay in the tree. */
  undo(): Promise<void> {
    const { messages } = this.#turns.shown;
    const question = questionOf(messages);
    if (question === null) return Promise.resolve();
    this.#show(
      messages.slice(
        0,
        messages.findIndex(({ id }) => id === question),
      ),
      null,
    );
    return this.#go({ isReplaceable: false, request: () => this.#api.undo(this.#chatId, question) });
  }

  #show(messages: SkeinMessage[] | undefined, going: Destination | null) {
    this.#turns.ahead.hold("move");
    this.#state.going = going;
    this.#state.moveProblem = null;
    if (messages) this.#turns.ahead.goTo(messages);
  }

  /** One at a time: two under way could arrive in the other order. */
  #go(move: Move): Promise<void> {
    if (this.#waiting.at(-1)?.isReplaceable && move.isReplaceable) this.#waiting.pop();
    this.#waiting.push(move);
    return (this.#onItsWay ??= this.#makeMoves());
  }

  async #makeMoves(): Promise<void> {
    let data: ChatPageData | undefined;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      try {
        data = this.#whole(await next.request());
        this.#state.moveProblem = null;
      } catch {
        data = undefined;
        this.#state.moveProblem = "The branch cannot be reached right now.";
      }
    }
    this.#onItsWay = null;
    this.#state.going = null;
    this.#turns.release(data);
  }

  #whole(moved: HeadMoved | undefined): ChatPageData | undefined {
    const above = moved && this.#turns.shown.tree.path(moved.after);
    return moved && above && { ...moved.data, messages: [...above, ...moved.data.messages] };
  }
}
