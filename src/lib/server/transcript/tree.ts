import type { TranscriptChange, TranscriptChangeset, TranscriptStorageContext } from "@trigger.dev/sdk/ai";
import type { UIMessage } from "ai";

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

/** The head's path and the paths of every message a changeset names; other branches need not be loaded. */
export interface Tree {
  headId: string | null;
  rows: ReadonlyMap<string, TreeRow>;
}

export interface Plan {
  /** In the order in which they have to be inserted: a parent before its child. */
  inserts: { id: string; parentId: string | null; message: UIMessage; final: boolean }[];
  updates: Update[];
  headId: string | null;
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
  let tailIsNew = false;
  for (const [index, entry] of entries.entries()) {
    const isTail = index === entries.length - 1;
    // An assistant message at the end of a turn's start is a step that a head start or an approval has to finish.
    const final = entry.final && !(reason === "turn-start" && isTail && entry.message.role === "assistant");
    const row = rows.get(entry.id);
    tailIsNew = row === undefined;
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

  const headId = nextHead({ was: tree.headId, tail: parentId, tailIsNew, rows, input });
  return { inserts, updates: [...updates.values()], headId };
}

/**
 * The head follows an action, a regenerate and a new question. An answer moves it only if nobody looked away meanwhile:
 * if the old head is on the path that was saved.
 */
function nextHead(state: {
  was: string | null;
  tail: string | null;
  tailIsNew: boolean;
  rows: Map<string, TreeRow>;
  input: PlanInput;
}) {
  const { was, tail, tailIsNew, rows, input } = state;
  if (input.reason === "action") return tail;
  if (input.reason === "turn-start") return tailIsNew || input.trigger === "regenerate-message" ? tail : was;
  const seen = walk(rows, was);
  // Who looks at an answer that broke off waits for the one that replaces it.
  const waitsAt = was !== null && rows.get(was)?.isUnfinished ? (rows.get(was)?.parentId ?? null) : was;
  const followed = waitsAt === null || walk(rows, tail).includes(waitsAt);
  return followed || input.changes.some((change) => rollsBack(change, seen)) ? tail : was;
}

/** A failed save is folded into the next, so the end of a turn can carry the rollback that its start should have. */
function rollsBack(change: TranscriptChange, path: string[]): boolean {
  if (change.op === "truncateAfter") return path.includes(change.afterId);
  return change.op === "remove" && path.includes(change.id);
}

/** The ids from the root to `id`, hidden ones included. A cycle, which no writer makes, ends the walk. */
export function walk(rows: ReadonlyMap<string, TreeRow>, id: string | null): string[] {
  const path: string[] = [];
  const seen = new Set<string>();
  for (let at = id; at !== null && !seen.has(at); at = rows.get(at)?.parentId ?? null) {
    if (!rows.has(at)) break;
    seen.add(at);
    path.push(at);
  }
  return path.reverse();
}
