import type { ChatPageData } from "./types.ts";
import { questionOf } from "./merge-messages.ts";

/** The request this page has open. */
export interface TurnInFlight {
  kind: "send" | "regenerate" | "resume";
  question: string | null;
  /** Its answer has begun to arrive. */
  started: boolean;
  /** The database has said since that it runs. */
  sawRunning: boolean;
  /** The last completed turn when it was made. */
  lastEventId: string | undefined;
}

/** The turn this page saw end before the database could say so. */
export interface TurnEnded {
  question: string | null;
  /** The last completed turn when it began. */
  since: string | undefined;
  /** The cursor of its end; unknown when it was left early. */
  lastEventId: string | undefined;
  /** From then on the database is believed again, whatever it says. */
  until: number;
}

export interface Situation {
  turn: TurnInFlight | null;
  ended: TurnEnded | null;
  /** The newest cursor applied so far. */
  lastEventId: string | undefined;
  now: number;
}

/**
 * - `stale`: older than what is shown; look again later.
 * - `wait`: the open request will bring it, or is not in there yet.
 * - `leave`: end the open request and decide again; what it waits for is over, or another turn goes first.
 * - `resume`: show it and read the turn that runs.
 * - `show`: show it; nothing runs.
 */
export type SyncDecision = "stale" | "wait" | "leave" | "resume" | "show";

/** What to do with fresh data from the database. */
export function decideSync({ turn, ended, lastEventId, now }: Situation, data: ChatPageData): SyncDecision {
  const isRunning = data.session.isStreaming;
  const question = questionOf(data.messages);
  if (isBefore(data.session.lastEventId, lastEventId)) return "stale";
  // Another question that runs is news all the same; what is settled can only be what was before.
  if (ended && now < ended.until && (!isRunning || question === ended.question) && !includesEnd(data, ended))
    return "stale";
  if (!turn) return isRunning ? "resume" : "show";
  if (isRunning) return !turn.started && turn.question !== question ? "leave" : "wait";
  return isOver(turn, data) ? "leave" : "wait";
}

function includesEnd({ session }: ChatPageData, { since, lastEventId }: TurnEnded): boolean {
  return lastEventId === undefined ? isBefore(since, session.lastEventId) : !isBefore(session.lastEventId, lastEventId);
}

/** Whether data in which nothing runs has this turn behind it, rather than before it. */
function isOver(turn: TurnInFlight, data: ChatPageData): boolean {
  const hasQuestion = turn.question === null || data.messages.some((message) => message.id === turn.question);
  if (!hasQuestion) return false;
  // The question of a regenerate was stored long ago and says nothing.
  return turn.kind !== "regenerate" || turn.sawRunning || isBefore(turn.lastEventId, data.session.lastEventId);
}

/** Cursors are sequence numbers in decimal; none is before all. */
function isBefore(a: string | undefined, b: string | undefined): boolean {
  return Number(a ?? -1) < Number(b ?? -1);
}
