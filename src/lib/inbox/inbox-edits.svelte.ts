import type { ChatEdit } from "../tools/chat-edit.ts";
import { UNDO_MS } from "../tools/undo-time.ts";
import { withEdit, type PendingEdit } from "./foresee-edit.ts";

const SHOWN_MS = 8000;

/** One line about what was just done: that it can be undone, or that it came to nothing. */
export interface InboxNotice {
  text: string;
  isProblem: boolean;
  /** How long it is shown, in milliseconds. */
  shownMs: number;
  undo?: () => void;
}

interface EditsOptions {
  make(chatId: string, edit: ChatEdit): Promise<void>;
  /** It is done: from now on it is a fact. */
  made(edit: PendingEdit): Promise<void>;
}

/** What a person does to chats of the list: foreseen until it is done, one after another. */
export class InboxEdits {
  #pending = $state.raw<PendingEdit[]>([]);
  #notice = $state.raw<InboxNotice | null>(null);
  readonly #options: EditsOptions;
  #before: Promise<void> = Promise.resolve();

  constructor(options: EditsOptions) {
    this.#options = options;
  }

  get pending(): PendingEdit[] {
    return this.#pending;
  }

  get notice(): InboxNotice | null {
    return this.#notice;
  }

  /** The name that a chat is being given. */
  nameOf(chatId: string): string | undefined {
    const renaming = this.#pending.findLast(({ row, edit }) => row.id === chatId && edit.type === "rename")?.edit;
    return renaming?.type === "rename" ? renaming.title : undefined;
  }

  dismiss(): void {
    this.#notice = null;
  }

  /** Says that something else came to nothing. */
  say(text: string): void {
    this.#notice = { text, isProblem: true, shownMs: SHOWN_MS };
  }

  make(wanted: PendingEdit): Promise<void> {
    this.#pending = withEdit(this.#pending, wanted);
    this.#notice = this.#noticeOf(wanted);
    // One after another: two under way could arrive in the other order.
    return (this.#before = this.#before.then(() => this.#send(wanted)));
  }

  async #send(wanted: PendingEdit): Promise<void> {
    const { row, edit } = wanted;
    try {
      await this.#options.make(row.id, edit);
      await this.#options.made(wanted);
    } catch {
      this.#notice = { text: `“${row.title}” could not be changed. Try again.`, isProblem: true, shownMs: SHOWN_MS };
    }
    this.#pending = this.#pending.filter((one) => one !== wanted);
  }

  #noticeOf({ row, edit }: PendingEdit): InboxNotice | null {
    const undone = opposite(edit);
    if (!undone) return null;
    return {
      text: `“${row.title}” is ${undone.said}.`,
      isProblem: false,
      // A click at the last moment still has its way to go.
      shownMs: edit.type === "delete" ? UNDO_MS - 1000 : SHOWN_MS,
      undo: () => void this.make({ row, edit: undone.edit }),
    };
  }
}

function opposite(edit: ChatEdit): { said: string; edit: ChatEdit } | null {
  switch (edit.type) {
    case "archive":
      return {
        said: edit.isArchived ? "archived" : "in the inbox again",
        edit: { type: "archive", isArchived: !edit.isArchived },
      };
    case "delete":
      return edit.isDeleted ? { said: "deleted", edit: { type: "delete", isDeleted: false } } : null;
    default:
      return null;
  }
}
