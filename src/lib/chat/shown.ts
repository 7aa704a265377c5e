import type { SkeinMessage } from "../tools/message.ts";
import { type Branches, SeenTree } from "./branches.ts";
import { mergeStored, placeAnswer, questionOf } from "./merge-messages.ts";
import type { Outbox } from "./outbox.ts";
import type { RawChat } from "./raw-chat.svelte.ts";
import type { ChatPageData } from "./types.ts";

/** What the rune class makes reactive of it. */
export interface ShownState {
  /** Shown instead of `Chat`'s own list, which belongs to its request until that has ended. */
  view: SkeinMessage[] | null;
  branches: Branches;
}

/** The path this page shows: what the database has of it, then what it does not have yet. */
export class Shown {
  readonly tree = new SeenTree();
  readonly #chat: Pick<RawChat, "messages">;
  readonly #outbox: Outbox;
  readonly #state: ShownState;

  constructor(chat: Pick<RawChat, "messages">, outbox: Outbox, state: ShownState) {
    this.#chat = chat;
    this.#outbox = outbox;
    this.#state = state;
  }

  get messages(): SkeinMessage[] {
    return this.#state.view ?? this.#chat.messages;
  }

  /** `isBusy`: a request of `Chat` is still under way, and would write into its list. */
  show(messages: SkeinMessage[], isBusy: boolean) {
    if (isBusy) this.#state.view = messages;
    else {
      if (messages !== this.#chat.messages) this.#chat.messages = messages;
      this.#state.view = null;
    }
    this.#state.branches = this.tree.along(messages);
  }

  /** A message of the person's that waits for its turn. */
  append(message: SkeinMessage) {
    this.show([...this.messages, message], this.#state.view !== null);
  }

  /** What the database says of a chat, without showing it. */
  learn(data: ChatPageData) {
    this.tree.store(data);
    this.#outbox.settle(data);
    this.#state.branches = this.tree.along(this.messages);
  }

  /** What to show when that path is shown. */
  merged({ messages, session }: ChatPageData): SkeinMessage[] {
    return mergeStored(messages, {
      shown: this.messages,
      own: this.#outbox.messages(),
      isRunning: session.isStreaming && session.answering?.isShown !== false,
      isStored: (id) => this.tree.isStored(id),
    });
  }

  /** Before another branch is shown: what of this one is not in the database is remembered. */
  leave(isRunning: boolean) {
    const { messages, tree } = this;
    // A message that waits for its turn is shown by the outbox; an edited one is a branch already.
    const own = messages.findIndex(({ id, role, metadata }) => {
      return role === "user" && !tree.isStored(id) && metadata?.edits === undefined;
    });
    const path = own === -1 ? messages : messages.slice(0, own);
    tree.visit(path);
    for (const { id, metadata } of path)
      if (metadata?.edits !== undefined && !tree.isStored(id))
        tree.expect(metadata.after ?? null, { id, mark: isRunning ? "running" : null });
    const question = questionOf(path);
    const last = path.at(-1);
    const hasRow = last?.role === "assistant" && tree.isStored(last.id);
    // The answer that is being written has no row, and so no id yet.
    if (isRunning && own === -1 && question !== null && !hasRow) tree.expect(question, { id: null, mark: "running" });
  }

  makeRoom(question: string | null, answerId: string | undefined) {
    const placed = placeAnswer(this.#chat.messages, question, answerId, (id) => this.tree.isStored(id));
    if (placed !== this.#chat.messages) this.show(placed, false);
  }
}
