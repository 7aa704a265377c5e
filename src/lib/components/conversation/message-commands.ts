import { createContext, tick } from "svelte";
import { goto } from "$app/navigation";
import { resolve } from "$app/paths";
import { navigating, page } from "$app/state";
import type { ChatSession } from "$lib/chat/chat-session.svelte.ts";
import { filesIn } from "$lib/tools/file.ts";
import { questionParts, says, textOf, type SkeinMessage } from "$lib/tools/message.ts";
import type { ModelChoice } from "../composer/model-choice.ts";
import * as api from "./chat-api.ts";
import type { Edit, Edits } from "./edits.svelte.ts";
import { rowAt, type ScrollController } from "./scroll.svelte.ts";

export interface CommandParts {
  session: ChatSession;
  scroll: ScrollController;
  edits: Edits;
  models: ModelChoice[];
  /** What a sub-agent does can be watched, copied and stopped. */
  isReadOnly: boolean;
  /** The one chosen for what is sent next. */
  model(): ModelChoice | undefined;
  /** Puts the focus where one writes. */
  focusComposer(): void;
  /** The list is about to change at that place. */
  onchange(place: number): void;
  onproblem(sentence: string | null): void;
}

/**
 * What one can do with the messages on the screen. `place` is where in the path something changes: that row, or the one
 * that takes its place, stays where it is, and the focus with it.
 */
export class MessageCommands {
  readonly edits: Edits;
  readonly models: ModelChoice[];
  readonly isReadOnly: boolean;
  readonly #parts: CommandParts;
  #isForking = false;

  constructor(parts: CommandParts) {
    this.#parts = parts;
    this.edits = parts.edits;
    this.models = parts.models;
    this.isReadOnly = parts.isReadOnly;
  }

  focusComposer(): void {
    this.#parts.focusComposer();
  }

  switchTo(place: number, parentId: string | null, id: string | null): void {
    const pressed = document.activeElement?.getAttribute("aria-label");
    void this.#change(place, async () => {
      const switched = this.#parts.session.switchTo(parentId, id);
      await this.#focusAgain(place, pressed);
      await switched;
      await this.#focusAgain(place, pressed);
    });
  }

  restore(place: number): void {
    void this.#change(place, () => this.#parts.session.restore());
    this.#parts.focusComposer();
  }

  undo(place: number): void {
    // The question goes with its answer: what stays in its place is the message above.
    const { session } = this.#parts;
    const isAnswer = session.messages[place]?.role === "assistant";
    void this.#change(isAnswer ? Math.max(0, place - 1) : place, () => session.undo());
    this.#parts.focusComposer();
  }

  regenerate(place: number, messageId: string, model?: string): void {
    void this.#change(place, () => this.#parts.session.regenerate(messageId, model));
    this.#parts.focusComposer();
  }

  goOn(messageId: string): void {
    void this.#parts.session.goOn(messageId);
    this.#parts.focusComposer();
  }

  async fork(messageId: string): Promise<void> {
    if (this.#isForking) return;
    this.#isForking = true;
    const { pathname } = page.url;
    this.#parts.onproblem(null);
    try {
      const chatId = await api.fork(this.#parts.session.id, messageId);
      if (chatId === undefined) this.#parts.onproblem("This message is not there any more.");
      // Whoever went somewhere else meanwhile finds it in the list of chats.
      else if (page.url.pathname === pathname && navigating.to === null)
        await goto(resolve("/(app)/chats/[chatId]", { chatId }));
    } catch {
      this.#parts.onproblem("The chat could not be forked. Try again.");
    } finally {
      this.#isForking = false;
    }
  }

  edit(place: number, messageId: string): void {
    const { messages } = this.#parts.session;
    const message = messages[place];
    if (!message) return;
    const written = { text: textOf(message), files: filesIn(message) };
    void this.#keep(place, () => this.edits.open(messageId, messages[place - 1]?.id ?? null, written));
  }

  cancelEdit(): void {
    const edit = this.edits.close();
    if (!edit) return;
    this.edits.forget(edit.messageId);
    this.#parts.session.giveUp();
    const row = `[data-message-id="${CSS.escape(edit.messageId)}"]`;
    void tick().then(() => document.querySelector<HTMLElement>(`${row} [aria-label="Edit message"]`)?.focus());
  }

  /** Sends what is in the edit box, once its files are there. The box comes back as it was if that fails. */
  async saveEdit(): Promise<void> {
    const edit = this.edits.current;
    if (!edit || !(await edit.isReady(this.#parts.model()))) return;
    const { session } = this.#parts;
    const place = session.messages.findIndex(({ id }) => id === edit.messageId);
    // Given up, or its branch was left, while its files were on their way.
    if (place === -1 || this.edits.current !== edit) return;
    this.edits.close();
    await this.#untilSent(edit, place, () => session.edit(edit.messageId, questionParts(edit.text, edit.files)));
  }

  /** Sends again what was not sent, or runs again what failed. */
  async retry(): Promise<void> {
    const { session, focusComposer } = this.#parts;
    const edit = this.edits.current;
    if (edit && edit.messageId === session.error?.messageId) {
      // The very same edit is recognised if it arrived after all; another wording is another edit.
      const isSame = this.#refused && says({ parts: this.#refused }, edit) && !edit.attachments?.pending.length;
      if (!isSame) return this.saveEdit();
      this.edits.close();
      const place = session.messages.findIndex(({ id }) => id === edit.messageId);
      return this.#untilSent(edit, place, () => session.retry());
    }
    void session.retry();
    focusComposer();
  }

  /** Sends a message again of which no alert speaks. */
  resend(messageId: string): void {
    void this.#parts.session.resend(messageId);
    this.#parts.focusComposer();
  }

  /** Takes back a message that waits. */
  discard(messageId: string): void {
    this.#parts.session.discard(messageId);
    this.#parts.focusComposer();
  }

  #refused: SkeinMessage["parts"] | null = null;

  async #untilSent(edit: Edit, place: number, send: () => Promise<boolean>): Promise<void> {
    let sending = Promise.resolve(false);
    void this.#change(place, () => (sending = send()));
    this.#parts.focusComposer();
    if (await sending) return this.edits.forget(edit.messageId);
    this.#refused = questionParts(edit.text, edit.files);
    this.edits.reopen(edit);
  }

  #change(place: number, change: () => unknown): Promise<void> {
    this.#parts.onproblem(null);
    this.#parts.onchange(place);
    return this.#keep(place, change);
  }

  #keep(place: number, change: () => unknown): Promise<void> {
    return this.#parts.scroll.keep(
      () => rowAt(place),
      () => void change(),
    );
  }

  /** The button that was pressed went with its row; the same one of the row that came takes the focus. */
  async #focusAgain(place: number, pressed: string | null | undefined) {
    await tick();
    if (!pressed || document.activeElement !== document.body) return;
    rowAt(place)
      ?.querySelector<HTMLElement>(`[data-branches] [aria-label="${pressed}"]`)
      ?.focus({ preventScroll: true });
  }
}

export const [getCommands, setCommands] = createContext<MessageCommands>();
