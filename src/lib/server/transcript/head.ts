import type { TranscriptChange } from "@trigger.dev/sdk/ai";
import type { PlanInput, TreeRow, Work } from "./tree.ts";
import { walk, type Place } from "./walk.ts";

type Rows = ReadonlyMap<string, TreeRow>;

/** What a branch remembers when the head leaves it: `id`, where it begins, leads back to `leafId`. */
export interface Visited {
  id: string;
  leafId: string;
}

interface Save {
  was: string | null;
  /** What the chat says is being answered. */
  answering: Work | null;
  /** The end of the path that is saved. */
  tail: string | null;
  isNew: ReadonlySet<string>;
  rows: Rows;
  input: PlanInput;
}

/**
 * The head follows an action, a regenerate and a new question. An answer moves it only if nobody looked away meanwhile:
 * if it is still where the turn began.
 */
export function nextHead(save: Save): string | null {
  const { was, tail, isNew, input } = save;
  switch (input.reason) {
    case "action":
      return movesByAction(save) ? tail : was;
    case "turn-start":
      return (tail !== null && isNew.has(tail)) || input.trigger === "regenerate-message" ? tail : was;
    default:
      return movesByAnswer(save) ? tail : was;
  }
}

/** An action that is read again, because the run that did it first died, does not take anybody back to its branch. */
function movesByAction({ answering, tail, isNew, input }: Save): boolean {
  const { work, changes } = input;
  if (work === null) return changes.length > 0;
  if (tail !== null && isNew.has(tail)) return true;
  return work.attempt !== null && work.attempt !== answering?.attempt;
}

function movesByAnswer({ was, answering, tail, isNew, rows, input }: Save): boolean {
  const path = walk(rows, tail);
  // Who looks at an answer that broke off, or at a step of this one, waits for the one that replaces it.
  const at = was === null ? undefined : rows.get(was);
  const waitsAt = at?.isUnfinished ? at.parentId : was;
  const began = answering?.messageId;
  if (began !== undefined && path.includes(began) && !isNew.has(began)) {
    if (was === began || waitsAt === began) return true;
  } else if (isNew.size > 0 && (waitsAt === null || path.includes(waitsAt))) {
    // The save of the turn's start failed, and is folded into this one. (With nothing new, this one is a repetition.)
    return true;
  }
  const seen = walk(rows, was);
  return input.changes.some((change) => rollsBack(change, seen));
}

/** A failed save is folded into the next, so the end of a turn can carry the rollback that its start should have. */
function rollsBack(change: TranscriptChange, path: string[]): boolean {
  if (change.op === "truncateAfter") return path.includes(change.afterId);
  return change.op === "remove" && path.includes(change.id);
}

/** Null when the head did not leave a branch: it went on from where it was, or stayed. */
export function visitedBefore(
  rows: ReadonlyMap<string, Place>,
  was: string | null,
  headId: string | null,
): Visited | null {
  if (was === null) return null;
  const kept = new Set(walk(rows, headId));
  const first = walk(rows, was).find((id) => !kept.has(id));
  return first === undefined ? null : { id: first, leafId: was };
}

export function isUnread(rows: Rows, answerId: string, headId: string | null): boolean {
  return !walk(rows, headId).includes(answerId);
}
