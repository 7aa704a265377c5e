import { questionOf } from "./merge-messages.ts";
import type { ChatPageData } from "./types.ts";

/** The request this page has open. */
export interface TurnInFlight {
  kind: "send" | "edit" | "regenerate" | "continue" | "resume";
  /** The question its answer replies to. */
  question: string | null;
  /** What the database calls that turn's work: the question, or the answer that is continued. */
  target: string | null;
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
 * - `leave`: end the open request and decide again; what it waits for is over, or another turn goes first, or the head
 *   went to another branch.
 * - `resume`: show it and read the turn that runs.
 * - `show`: show it; nothing runs on the path it shows.
 */
export type SyncDecision = "stale" | "wait" | "leave" | "resume" | "show";

/** What to do with fresh data from the database. */
export function decideSync({ turn, ended, lastEventId, now }: Situation, data: ChatPageData): SyncDecision {
  const { isStreaming } = data.session;
  const target = targetOf(data);
  if (isBefore(data.session.lastEventId, lastEventId)) return "stale";
  // Another question that runs is news all the same; what is settled can only be what was before.
  const isSame = ended !== null && (target === ended.question || questionOf(data.messages) === ended.question);
  if (ended && now < ended.until && (!isStreaming || isSame) && !includesEnd(data, ended)) return "stale";
  if (!turn) return isRunningHere(data) ? "resume" : "show";
  if (isStreaming) return stays(turn, data) ? "wait" : "leave";
  return isOver(turn, data) ? "leave" : "wait";
}

/** A turn runs, and the path shown is the one it answers. */
export function isRunningHere({ session }: ChatPageData): boolean {
  return session.isStreaming && session.answering?.isShown !== false;
}

/** What the turn that runs works on: a question, or an answer that goes on. */
export function targetOf({ session, messages }: ChatPageData): string | null {
  return session.answering?.messageId ?? questionOf(messages);
}

/** What a turn on another branch works on, as seen from the request that is open, which may show what is not stored yet. */
export function elsewhereIn(data: ChatPageData, turn: TurnInFlight | null, ended: TurnEnded | null): string | null {
  const { isStreaming, answering } = data.session;
  if (!isStreaming || !answering || turn?.target === answering.messageId) return null;
  if (!answering.isShown) return answering.messageId;
  // An action goes to another branch than the one whose turn comes before it, unless it is that turn's replacement.
  const comesLater = turn !== null && !turn.started && (turn.kind === "edit" || isAgain(turn));
  return comesLater && answering.messageId !== ended?.question ? answering.messageId : null;
}

/** Whether a request outlives the news of a running turn: as its own, or as one that comes before it. */
function stays(turn: TurnInFlight, data: ChatPageData): boolean {
  const isIts = turn.target === targetOf(data);
  // The head is on another branch: somebody went there, or it has not come here yet.
  if (!isRunningHere(data)) return !isIts && (turn.started || turn.kind !== "resume");
  if (turn.started || isIts) return true;
  // What an action is about to show, the database may not know yet: the turn before it belongs to another branch.
  if (turn.kind === "edit") return !data.messages.some((message) => message.id === turn.target);
  return isAgain(turn);
}

/** It works on a message that was stored long ago, which therefore says nothing. */
function isAgain({ kind }: TurnInFlight): boolean {
  return kind === "regenerate" || kind === "continue";
}

function includesEnd({ session }: ChatPageData, { since, lastEventId }: TurnEnded): boolean {
  return lastEventId === undefined ? isBefore(since, session.lastEventId) : !isBefore(session.lastEventId, lastEventId);
}

/** Whether data in which nothing runs has this turn behind it, rather than before it. */
function isOver(turn: TurnInFlight, data: ChatPageData): boolean {
  const hasQuestion = turn.question === null || data.messages.some((message) => message.id === turn.question);
  if (!hasQuestion) return false;
  return !isAgain(turn) || turn.sawRunning || isBefore(turn.lastEventId, data.session.lastEventId);
}

/** Cursors are sequence numbers in decimal; none is before all. */
export function isBefore(a: string | undefined, b: string | undefined): boolean {
  return Number(a ?? -1) < Number(b ?? -1);
}
