import { createContext } from "svelte";
import type { ChatEdit } from "../tools/chat-edit.ts";
import { coalesce } from "./coalesce.ts";
import { foreseeEdits, withEdit, type PendingEdit } from "./foresee-edit.ts";
import { overlay, type LiveRow, type LiveSession } from "./overlay.ts";
import type { InboxPage, InboxView } from "./row.ts";

/** The browser's side of `routes/api/inbox`, and of edits. A request that fails throws. */
export interface InboxApi {
  readRows(view: InboxView): Promise<InboxPage>;
  /** Null: Trigger.dev did not say in time. */
  readSessions(): Promise<LiveSession[] | null>;
  edit(chatId: string, edit: ChatEdit): Promise<void>;
}

/** One line about what was just done: that it can be undone, or that it came to nothing. */
export interface InboxNotice {
  text: string;
  isProblem: boolean;
  undo?: () => void;
}

/**
 * A person's chats as this page knows them. It reads them again by requests of its own: what SvelteKit loads again and
 * cannot, because the connection just went, it replaces by an error page, and with it the conversation.
 */
export class Inbox {
  #view = $state<InboxView>("inbox");
  #pages = $state.raw<Record<InboxView, InboxPage | null>>({ inbox: null, archived: null });
  #sessions = $state.raw<LiveSession[] | null>([]);
  #edits = $state.raw<PendingEdit[]>([]);
  #notice = $state.raw<InboxNotice | null>(null);
  readonly #rows = $derived(
    overlay(foreseeEdits(this.#pages[this.#view]?.rows ?? [], this.#edits, this.#view), this.#sessions ?? []),
  );
  readonly #api: InboxApi;
  readonly #readRows: () => Promise<void>;
  readonly #readSessions: () => Promise<void>;
  #edited: Promise<void> = Promise.resolve();

  constructor(page: InboxPage, api: InboxApi) {
    this.#pages = { inbox: page, archived: null };
    this.#api = api;
    this.#readRows = coalesce(async () => {
      const view = this.#view;
      this.#pages = { ...this.#pages, [view]: await api.readRows(view) };
    });
    this.#readSessions = coalesce(async () => {
      this.#sessions = await api.readSessions();
    });
  }

  get view(): InboxView {
    return this.#view;
  }

  get rows(): LiveRow[] {
    return this.#rows;
  }

  /** When the rows were read, by the server's clock; null: not yet. */
  get readAt(): number | null {
    return this.#pages[this.#view]?.now ?? null;
  }

  /** False while what runs is not known; the rows are right all the same, as far as the database knows. */
  get isLive(): boolean {
    return this.#sessions !== null;
  }

  get notice(): InboxNotice | null {
    return this.#notice;
  }

  dismiss(): void {
    this.#notice = null;
  }

  titleOf(chatId: string): string | undefined {
    return this.#foreseen(chatId)?.title;
  }

  /** Takes the rows that came with a page, unless newer ones are here. */
  sync(page: InboxPage): void {
    if (page.now > (this.#pages.inbox?.now ?? 0)) this.#pages = { ...this.#pages, inbox: page };
  }

  /** Reads both again, because something changed. What fails is left as it is: the feed says when to look again. */
  refresh(): void {
    this.#readRows().catch(() => {});
    this.#readSessions().catch(() => {});
  }

  show(view: InboxView): void {
    this.#view = view;
    this.refresh();
  }

  /** Shows it at once; what cannot be done is undone and said. */
  edit(chatId: string, edit: ChatEdit): Promise<void> {
    const pending = { chatId, edit };
    const title = this.titleOf(chatId) ?? "The chat";
    this.#edits = withEdit(this.#edits, pending);
    this.#notice = null;
    if (edit.type === "archive") {
      const undo = () => void this.edit(chatId, { type: "archive", isArchived: !edit.isArchived });
      this.#notice = {
        text: `“${title}” is ${edit.isArchived ? "archived" : "in the inbox again"}.`,
        isProblem: false,
        undo,
      };
    }
    // One after another: two under way could arrive in the other order.
    return (this.#edited = this.#edited.then(() => this.#make(pending, title)));
  }

  async #make(pending: PendingEdit, title: string): Promise<void> {
    try {
      await this.#api.edit(pending.chatId, pending.edit);
      this.#keep(pending);
      // One that was read before is on its way, perhaps.
      await this.#readRows().catch(() => {});
    } catch {
      this.#notice = { text: `“${title}” could not be changed. Try again.`, isProblem: true };
    }
    this.#edits = this.#edits.filter((edit) => edit !== pending);
  }

  #keep(edit: PendingEdit) {
    const kept = (view: InboxView) => {
      const page = this.#pages[view];
      return page && { ...page, rows: foreseeEdits(page.rows, [edit], view) };
    };
    this.#pages = { inbox: kept("inbox"), archived: kept("archived") };
  }

  #foreseen(chatId: string) {
    const { inbox, archived } = this.#pages;
    const row = [...(inbox?.rows ?? []), ...(archived?.rows ?? [])].find(({ id }) => id === chatId);
    return (
      row &&
      foreseeEdits(
        [row],
        this.#edits.filter(({ edit }) => edit.type === "rename"),
        "inbox",
      )[0]
    );
  }
}

export const [getInbox, setInbox] = createContext<Inbox>();
