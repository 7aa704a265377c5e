import type { Enqueue } from "../../tools/queue.ts";
import type { ChatRow } from "../chats.ts";
import type { QueuedRow } from "./table.ts";

/** What the rules need to know of a chat. `quiet_ms`: for how long nothing was said in it. */
export type QueueChat = Pick<
  ChatRow,
  "status" | "first_turn" | "queue_paused_at" | "head_id" | "answering_id" | "stop_requested_at"
> & { quiet_ms: number };

/** A row without its content. `sent_ms`: how long ago it was sent last, unless it waits. */
export type Queued = Pick<QueuedRow, "id" | "position" | "kind" | "state" | "attempts" | "stops"> & {
  sent_ms: number | null;
};

/** A message on its way, and what goes along with it. */
export type Going = Pick<QueuedRow, "id" | "after_id" | "steers" | "stops">;

/** How many can wait in one chat. */
export const MOST_WAITING = 100;
export const MOST_ATTEMPTS = 5;
/** Times the attempts so far: an engine that is away, or a run that boots slowly, gets more time each time. */
export const SENDING_MS = 3_000;
export const SENT_MS = 5_000;

/** Those that can still be changed, in the order in which they go out. */
export function waitingOf<Row extends Pick<Queued, "state" | "position">>(rows: readonly Row[]): Row[] {
  return rows.filter((row) => row.state === "waiting").sort((a, b) => a.position - b.position);
}

/** While one that was sent is not yet a message, a failed turn is not the last word: the next is about to begin. */
export function isPaused(
  chat: Pick<QueueChat, "status" | "queue_paused_at">,
  rows: readonly Pick<Queued, "state">[],
): boolean {
  const isWaiting = rows.some((row) => row.state === "waiting");
  const isUnderWay = rows.some((row) => row.state !== "waiting");
  return isWaiting && (chat.queue_paused_at !== null || (chat.status === "failed" && !isUnderWay));
}

/**
 * Where a message comes in. One that interrupts goes before all others, and at once (`going`), whether the queue is paused
 * or not, unless something is on its way already that has not begun; `endsTurn`: the turn that runs is to be stopped.
 */
export function arrival(
  chat: QueueChat,
  rows: readonly Queued[],
  { id, kind }: { id: string; kind: Enqueue["kind"] },
): Pick<Queued, "position" | "kind"> & { going: Going | null; endsTurn: boolean } {
  const isRunning = chat.status === "running";
  const positions = rows.map((row) => row.position);
  if (kind !== "interrupt") {
    const isSteer = kind === "steer" && isRunning;
    return {
      position: Math.max(-1, ...positions) + 1,
      kind: isSteer ? "steer" : "queue",
      going: null,
      endsTurn: false,
    };
  }
  const isFree = chat.first_turn === "done" && (isRunning || rows.every((row) => row.state === "waiting"));
  return {
    position: Math.min(1, ...positions) - 1,
    kind: "queue",
    going: isFree ? { id, after_id: chat.head_id, steers: null, stops: isRunning ? chat.answering_id : null } : null,
    endsTurn: isRunning,
  };
}

/**
 * What goes out now. Into the turn that runs: whatever steers. After it: the first that waits, one at a time, and only
 * when the turn before it ended well. `evenFailed`: the person says to go on.
 */
export function nextOut(chat: QueueChat, rows: readonly Queued[], { evenFailed = false } = {}): Going[] {
  const { status, answering_id: answering } = chat;
  // Until the agent has the first turn, its run hears of nothing else.
  if (chat.first_turn !== "done") return [];
  const waiting = waitingOf(rows);
  if (status === "running") {
    if (answering === null) return [];
    const steering = waiting.filter((row) => row.kind === "steer");
    return steering.map(({ id }) => ({ id, after_id: answering, steers: answering, stops: null }));
  }
  const [first] = waiting;
  const mayGo = status === "idle" || (status === "failed" && evenFailed);
  if (!first || !mayGo || chat.queue_paused_at !== null || waiting.length < rows.length) return [];
  return [{ id: first.id, after_id: chat.head_id, steers: null, stops: null }];
}

/**
 * Whether one that is under way got lost: its sender died before it was on `.in` or before it could say so, or it is
 * there and no turn began with it. Sending it again is harmless, for the agent knows the id. A turn that runs is left
 * alone: what is behind it on `.in` has its turn after it.
 */
export function overdue(chat: QueueChat, row: Queued): "no" | "again" | "give-up" {
  if (row.state === "waiting" || row.sent_ms === null) return "no";
  const isDue =
    row.state === "sending"
      ? row.sent_ms >= SENDING_MS * row.attempts
      : chat.status !== "running" && Math.min(row.sent_ms, chat.quiet_ms) >= SENT_MS * row.attempts;
  if (!isDue) return "no";
  return row.attempts < MOST_ATTEMPTS ? "again" : "give-up";
}

/** Where the row at `at` waits again when it is given up: before all others, in its old order with those given up too. */
export function placeAgain(rows: readonly Pick<Queued, "position">[], at: number): number {
  return Math.min(...rows.map((row) => row.position)) - rows.length + at;
}

/** Whether the turn still runs that this message interrupts, so that it has to be told once more. */
export function stillStops(chat: QueueChat, { stops }: Pick<Queued, "stops">): boolean {
  return stops !== null && chat.status === "running" && chat.answering_id === stops && chat.stop_requested_at !== null;
}

/**
 * The new places of all that waits: as `order` says, and then whatever it does not name, as it was. What does not wait any
 * more has no place. Undefined when nothing that is named waits.
 */
export function reordered(rows: readonly Queued[], order: readonly string[]): Map<string, number> | undefined {
  const before = waitingOf(rows).map((row) => row.id);
  const waiting = new Set(before);
  const named = order.filter((id) => waiting.has(id));
  if (named.length === 0 && order.length > 0) return undefined;
  return new Map([...new Set([...named, ...before])].map((id, at) => [id, at]));
}
