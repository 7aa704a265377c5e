import { createContext } from "svelte";
import type { ChatEdit } from "../tools/chat-edit.ts";
import type { ToolAnswer } from "../tools/tool-answer.ts";
import type { DayOf } from "./calendar.ts";
import { coalesce } from "./coalesce.ts";
import { foreseeEdits } from "./foresee-edit.ts";
import { groupRows, type InboxGroup } from "./groups.ts";
import { InboxEdits, type InboxNotice } from "./inbox-edits.svelte.ts";
import { InboxLists, type InboxReader } from "./inbox-lists.svelte.ts";
import { newsOf, type News } from "./news.ts";
import { overlay, type LiveRow, type LiveSession, type LiveStatus } from "./overlay.ts";
import { withRows } from "./row-list.ts";
import type { InboxCounts, InboxPage, InboxRow, Listing } from "./row.ts";

/** A request that fails throws. */
export interface InboxApi extends InboxReader {
  /** Null: Trigger.dev did not say in time. */
  readSessions(): Promise<LiveStatus | null>;
  edit(chatId: string, edit: ChatEdit): Promise<void>;
  /** Null, or in one sentence why it is not to be answered any more. */
  answer(chatId: string, answer: ToolAnswer): Promise<string | null>;
}

interface InboxOptions {
  timeZone: string;
  /** What cuts the days, in that zone. */
  dayOf: DayOf;
  /** A chat has its answer, or needs the person. */
  onnews?: (news: News) => void;
}

const INBOX: Listing = { view: "inbox", filter: null };
/** Sessions only decorate, and all of them are listed each time. */
const SESSIONS_PAUSE_MS = 2000;

/**
 * A person's chats as this page knows them. It reads them again by requests of its own: what SvelteKit loads again and
 * cannot, because the connection just went, it replaces by an error page, and with it the conversation.
 */
export class Inbox {
  #listing = $state.raw(INBOX);
  #sessions = $state.raw<LiveSession[] | null>([]);
  /** What is no chat yet. */
  #foreign = $state.raw<InboxRow[]>([]);
  /** Where the person's days begin. */
  readonly timeZone: string;
  readonly #dayOf: DayOf;
  readonly #lists: InboxLists;
  readonly #edits: InboxEdits;
  readonly #readSessions: () => Promise<void>;
  readonly #giveAnswer: InboxApi["answer"];
  readonly #foreseen = $derived.by(() => {
    const list = this.#lists.of(this.#listing) ?? { rows: [], end: null };
    const foreign = this.#foreign.filter(({ id }) => !this.#lists.find(id));
    return foreseeEdits(withRows(list, this.#listing, [], foreign), this.#listing, this.#edits.pending);
  });
  readonly #rows = $derived(overlay(this.#foreseen.rows, this.#sessions ?? []));
  readonly #groups = $derived.by(() => groupRows(this.#rows, this.#lists.now, this.#dayOf));

  constructor(page: InboxPage, api: InboxApi, { timeZone, dayOf, onnews }: InboxOptions) {
    this.timeZone = timeZone;
    this.#dayOf = dayOf;
    this.#giveAnswer = (chatId, answer) => api.answer(chatId, answer);
    this.#lists = new InboxLists(api, (before, after) => {
      const news = newsOf(before, after);
      if (news) onnews?.(news);
    });
    this.#edits = new InboxEdits({
      make: (chatId, edit) => api.edit(chatId, edit),
      made: (edit) => {
        this.#lists.change((list, listing) => foreseeEdits(list, listing, [edit]));
        // The database knows what else came of it.
        return this.#lists.readChanged(edit.row.id);
      },
    });
    this.#lists.take(INBOX, page);
    this.#readSessions = coalesce(async () => {
      const live = await api.readSessions();
      this.#sessions = live && live.sessions;
      if (live) this.#foreign = live.foreign;
      await new Promise((resolve) => setTimeout(resolve, SESSIONS_PAUSE_MS));
    });
  }

  get listing(): Listing {
    return this.#listing;
  }

  get rows(): LiveRow[] {
    return this.#rows;
  }

  get groups(): InboxGroup[] {
    return this.#groups;
  }

  get counts(): InboxCounts {
    return this.#lists.counts;
  }

  /** Whether the list that is shown has been read. */
  get isRead(): boolean {
    return this.#lists.of(this.#listing) !== undefined;
  }

  /** Whether the list goes on after its last row. */
  get hasMore(): boolean {
    return this.#foreseen.end !== null;
  }

  get loading(): "loading" | "failed" | null {
    return this.#lists.loading;
  }

  /** False while what runs is not known; the rows are right all the same, as far as the database knows. */
  get isLive(): boolean {
    return this.#sessions !== null;
  }

  get notice(): InboxNotice | null {
    return this.#edits.notice;
  }

  dismiss(): void {
    this.#edits.dismiss();
  }

  titleOf(chatId: string): string | undefined {
    return this.#edits.nameOf(chatId) ?? this.#lists.find(chatId)?.title;
  }

  /** Whether a chat is in a state that is worth a notice. */
  isNews(chatId: string): boolean {
    const state = this.#lists.find(chatId)?.state ?? null;
    return state !== null && state !== "Running";
  }

  /** The chat so many places below this one; without one, the first. Null: there is none. */
  neighbour(chatId: string | undefined, step: number): string | null {
    const rows = this.#groups.flatMap(({ rows }) => rows);
    const at = rows.findIndex(({ id }) => id === chatId);
    return (at < 0 ? rows[0] : rows[at + step])?.id ?? null;
  }

  /** Takes the rows that came with a page, unless newer ones are here. */
  sync(page: InboxPage): void {
    if (page.now > this.#lists.now) this.#lists.take(INBOX, page);
  }

  show(listing: Listing): void {
    this.#listing = listing;
    this.refresh();
  }

  /** Reads all that is loaded again, because anything may have changed. What fails is left as it is. */
  refresh(): void {
    void this.#lists.readAgain(this.#listing);
    this.#readSessions().catch(() => {});
  }

  /** Something of this chat changed. */
  changed(chatId: string): void {
    // It is a chat, or was one.
    this.#foreign = this.#foreign.filter(({ id }) => id !== chatId);
    void this.#lists.readChanged(chatId);
    this.#readSessions().catch(() => {});
  }

  /** Reads on below the last row. */
  more(): void {
    if (this.loading !== "loading" && this.hasMore) void this.#lists.readMore(this.#listing);
  }

  /** Asks once more for what did not come. */
  retry(): void {
    if (this.isRead) void this.#lists.readMore(this.#listing);
    else this.refresh();
  }

  /** Answers what a chat waits for, without opening it. It shows what came of that, whoever was first. */
  async answer(chatId: string, answer: ToolAnswer): Promise<void> {
    const problem = await this.#giveAnswer(chatId, answer).catch(() => "This could not be sent. Try again.");
    if (problem !== null) this.#edits.say(problem);
    await this.#lists.readChanged(chatId);
  }

  /** Shows it at once; what cannot be done is undone and said. */
  edit(chatId: string, edit: ChatEdit): Promise<void> {
    const row = this.#lists.find(chatId) ?? this.#foreign.find(({ id }) => id === chatId);
    return row ? this.#edits.make({ row, edit }) : Promise.resolve();
  }
}

export const [getInbox, setInbox] = createContext<Inbox>();
