import type { TranscriptChangeset, TranscriptStorageContext } from "@trigger.dev/sdk/ai";
import type { UIMessage } from "ai";
import { isUnread, nextHead, visitedBefore, type Visited } from "./head.ts";
import { walk } from "./walk.ts";

/** One message of a conversation's tree, without its content. */
export interface TreeRow {
  id: string;
  parentId: string | null;
  hidden: boolean;
  /** It was never written to its end and nothing says why: a turn is at it, or died at it. */
  isOpen: boolean;
  /** An answer that does not answer: it is open or broke off. */
  isUnfinished: boolean;
}

/** What a turn works on: a question, or the answer that it continues. `attempt`: of the action that asked for it. */
export interface Work {
  messageId: string;
  attempt: string | null;
}

/** What a chat says of the turn that runs; null when none does. */
export function workOf(chat: { answering_id: string | null; answering_attempt: string | null }): Work | null {
  return chat.answering_id === null ? null : { messageId: chat.answering_id, attempt: chat.answering_attempt };
}

/** The head's path and the paths of every message a changeset names; other branches need not be loaded. */
export interface Tree {
  headId: string | null;
  /** What the chat says is being answered. */
  answering: Work | null;
  rows: ReadonlyMap<string, TreeRow>;
}

export interface Plan {
  /** In the order in which they have to be inserted: a parent before its child. */
  inserts: { id: string; parentId: string | null; message: UIMessage; final: boolean }[];
  updates: Update[];
  headId: string | null;
  visited: Visited | null;
  /** The answer that arrived while people looked elsewhere. */
  unreadId: string | null;
}

/** `put` replaces the content, and with a new content how it ended; `final` says how it ended, whatever the content. */
interface Update {
  id: string;
  put?: { message: UIMessage; final: boolean };
  final?: boolean;
  hidden?: boolean;
  parentId?: string;
}

export type PlanInput = Pick<TranscriptChangeset, "reason" | "changes"> & {
  entries: TranscriptChangeset["transcript"]["entries"];
  trigger: TranscriptStorageContext["trigger"];
  /** What the run says it answers, where a turn begins. */
  work: Work | null;
};

/**
 * What a changeset does to the tree. Places come from `entries`, contents from `put`, because the changes alone are
 * ambiguous: an edited first message arrives as a `remove` of everything. Nothing is ever deleted; rollbacks move the
 * head. Pure, and planning the same changeset again changes nothing.
 */
export function plan(tree: Tree, input: PlanInput): Plan {
  const { entries, reason, changes } = input;
  const rows = new Map([...tree.rows].map(([id, row]) => [id, { ...row }]));
  const put = new Set(changes.flatMap((change) => (change.op === "put" ? [change.message.id] : [])));
  const inserts: Plan["inserts"] = [];
  const isEnd = reason === "turn-complete" || reason === "turn-error";
  const updates = new Map<string, Update>();
  const update = (row: TreeRow, change: Omit<Update, "id">) => {
    updates.set(row.id, { ...updates.get(row.id), ...change, id: row.id });
  };

  let parentId: string | null = null;
  for (const [index, entry] of entries.entries()) {
    const isTail = index === entries.length - 1;
    // An assistant message at the end of a turn's start is a step that a head start or an approval has to finish.
    const final = entry.final && !(reason === "turn-start" && isTail && entry.message.role === "assistant");
    const row = rows.get(entry.id);
    if (row === undefined) {
      rows.set(entry.id, { id: entry.id, parentId, hidden: false, isOpen: !final, isUnfinished: !final });
      inserts.push({ id: entry.id, parentId, message: entry.message, final });
    } else {
      if (put.has(entry.id)) update(row, { put: { message: entry.message, final } });
      // The turn that ends decides about its answer even when its content was complete before (head start of a text).
      if (isTail && isEnd && row.isOpen) update(row, { final });
      if (row.parentId !== parentId) displace(row, parentId);
      if (row.hidden) show(row, true);
    }
    parentId = entry.id;
  }

  /** A known message under another parent: what lies between was removed, or (never by our actions) it moved. */
  function displace(row: TreeRow, parent: string | null) {
    const above = walk(rows, row.parentId);
    const at = parent === null ? -1 : above.indexOf(parent);
    if (at >= 0 || parent === null) {
      const between = above.slice(at + 1).flatMap((id) => rows.get(id) ?? []);
      for (const skipped of between) if (!skipped.hidden) show(skipped, false);
    } else if (!walk(rows, parent).includes(row.id)) {
      row.parentId = parent;
      update(row, { parentId: parent });
    }
  }

  function show(row: TreeRow, isShown: boolean) {
    row.hidden = !isShown;
    update(row, { hidden: row.hidden });
  }

  const tail = entries.at(-1);
  const isNew = new Set(inserts.map((insert) => insert.id));
  const headId = nextHead({ was: tree.headId, answering: tree.answering, tail: parentId, isNew, rows, input });
  const isAnswer = isEnd && tail?.message.role === "assistant" && (isNew.has(tail.id) || put.has(tail.id));
  return {
    inserts,
    updates: [...updates.values()],
    headId,
    visited: visitedBefore(rows, tree.headId, headId),
    unreadId: isAnswer && isUnread(rows, tail.id, headId) ? tail.id : null,
  };
}
