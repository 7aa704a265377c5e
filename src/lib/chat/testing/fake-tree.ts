import type { SkeinMessage } from "../../tools/message.ts";
import { keyOf } from "../branches.ts";
import type { Destination, HeadMoved, Whereabouts } from "../head-moves.ts";
import type { Branch, ChatPageData } from "../types.ts";
import { assistant, FakeChat, user } from "./fake-chat.ts";

interface Row {
  message: SkeinMessage;
  parentId: string | null;
  leaf?: string;
  isUnread?: boolean;
}

/** A chat whose database has branches: rows, a head, and what the turn that runs works on. */
export class FakeTree extends FakeChat {
  readonly rows = new Map<string, Row>();
  /** What pages asked of the head, in order. */
  readonly moves: (Destination | Whereabouts | { undo: string })[] = [];
  isHeadDown = false;
  #head: string | null = null;
  #answering: string | null = null;
  #held: Promise<void> = Promise.resolve();

  /** `u1` answered by `a1`, `u2` by `a2`; beside `u2` its edited self `v2`, answered by `b2`. The head is at `a2`. */
  static async withTwoBranches(): Promise<FakeTree> {
    const tree = new FakeTree(3);
    await tree.engine.start();
    tree.add(null, user("u1"), assistant("a1", "u1", "one"), user("u2"), assistant("a2", "u2", "two"));
    tree.add("a1", user("v2"), assistant("b2", "v2", "other"));
    tree.head = "a2";
    tree.lastEventId = tree.engine.answer("b2", "v2", "other", 2);
    tree.lastInEventId = "2";
    return tree;
  }

  get head(): string | null {
    return this.#head;
  }

  set head(id: string | null) {
    this.#remember();
    this.#head = id;
    this.stored = this.#path(id);
  }

  /** Adds a line of messages below a message. */
  add(parentId: string | null, ...messages: SkeinMessage[]) {
    for (const message of messages) {
      this.rows.set(message.id, { message, parentId });
      parentId = message.id;
    }
  }

  /** What the storage does when a turn begins at `target`: the head goes to it. */
  begin(target: string, message?: SkeinMessage, parentId: string | null = this.#head) {
    if (message) this.add(parentId, message);
    this.head = target;
    this.#answering = target;
    this.status = "running";
  }

  /** What it does when it ends: the head follows if it is still there. */
  end(answer: SkeinMessage | undefined, lastEventId: string, lastInEventId: number) {
    if (answer) {
      const isLookedAt = this.#head === this.#answering;
      const parentId = this.rows.get(answer.id)?.parentId ?? this.#answering;
      this.rows.set(answer.id, { message: answer, parentId, isUnread: !isLookedAt });
      if (isLookedAt) this.head = answer.id;
    }
    this.#answering = null;
    this.status = "idle";
    this.lastEventId = lastEventId;
    this.lastInEventId = String(lastInEventId);
  }

  /** Answers no move until `release` is called. */
  holdMoves(): () => void {
    let release = () => {};
    this.#held = new Promise((resolve) => (release = resolve));
    return release;
  }

  protected override async moveHead(to: Destination | Whereabouts): Promise<HeadMoved | undefined> {
    this.moves.push(to);
    await this.#held;
    if (this.isHeadDown) throw new TypeError("fetch failed");
    if ("messageId" in to && !this.rows.has(to.messageId)) return undefined;
    const id = "messageId" in to ? to.messageId : to.id;
    const parentId = "messageId" in to ? null : to.parentId;
    this.head = id === null ? parentId : this.#leafOf(id);
    for (const message of this.stored) Object.assign(this.rows.get(message.id) ?? {}, { isUnread: false });
    return this.#below(parentId);
  }

  protected override async undo(messageId: string): Promise<HeadMoved | undefined> {
    this.moves.push({ undo: messageId });
    await this.#held;
    if (this.isHeadDown) throw new TypeError("fetch failed");
    const parentId = this.rows.get(messageId)?.parentId ?? null;
    if (this.stored.some(({ id }) => id === messageId)) this.head = parentId;
    return this.#below(parentId);
  }

  protected override answering(): ChatPageData["session"]["answering"] {
    if (this.#answering === null) return null;
    return { messageId: this.#answering, isShown: this.#head === this.#answering };
  }

  protected override branches(): ChatPageData["branches"] {
    const branches: ChatPageData["branches"] = {};
    for (const parentId of [null, ...this.stored.map(({ id }) => id)]) {
      const children = this.#children(parentId);
      if (children.length > 1 || (parentId === this.#head && children.length > 0)) branches[keyOf(parentId)] = children;
    }
    return branches;
  }

  #children(parentId: string | null): Branch[] {
    const shown = new Set(this.stored.map(({ id }) => id));
    const rows = [...this.rows].filter(([, row]) => row.parentId === parentId);
    const branches = rows.map(([id]): Branch => ({ id, mark: shown.has(id) ? null : this.#mark(id) }));
    const isWritten = this.#answering === parentId && this.rows.get(parentId ?? "")?.message.role === "user";
    return isWritten ? [...branches, { id: null, mark: parentId === this.#head ? null : "running" }] : branches;
  }

  #mark(id: string): Branch["mark"] {
    if (this.#path(this.#answering).some((message) => message.id === id)) return "running";
    const isIn = (row: Row) => row.isUnread === true && this.#path(row.message.id).some((message) => message.id === id);
    return [...this.rows.values()].some(isIn) ? "unread" : null;
  }

  #leafOf(id: string): string {
    const kept = this.rows.get(id)?.leaf;
    if (kept !== undefined) return kept;
    const next = [...this.rows].findLast(([, row]) => row.parentId === id);
    return next ? this.#leafOf(next[0]) : id;
  }

  #remember() {
    for (const message of this.stored) Object.assign(this.rows.get(message.id) ?? {}, { leaf: this.#head });
  }

  #below(after: string | null): HeadMoved {
    const data = this.data();
    const at = data.messages.findIndex(({ id }) => id === after);
    return { after, data: { ...data, messages: data.messages.slice(at + 1) } };
  }

  #path(id: string | null): SkeinMessage[] {
    const row = id === null ? undefined : this.rows.get(id);
    return row ? [...this.#path(row.parentId), row.message] : [];
  }
}
