import type { UIMessageChunk } from "ai";
import type { SkeinMetadata } from "../tools/message.ts";

export type Chunk = UIMessageChunk;

/**
 * What a response has shown so far of the turn it belongs to. `Chat` keeps one message open per request and never resets
 * it on a second `start`, so whatever would glue two answers together must be noticed before `Chat` sees it.
 */
export interface Guard {
  /** The message being answered; null takes every answer. */
  readonly question: string | null;
  /** Which of the answers to it, if one was asked for in particular. */
  readonly attempt: string | null;
  /** Whether the chunks now passing belong to this turn; null before the first `start`. */
  readonly mine: boolean | null;
  /** An answer has started and not finished. */
  readonly open: boolean;
  readonly answer: string | null;
}

/**
 * - `pass`: hand it on.
 * - `skip`: it belongs to another turn (a stale cursor replays one; two tabs may send at once).
 * - `start`: hand it on; the answer begins.
 * - `cut`: the answer begins again although it had begun, so the run was replaced. This response must end here, the
 *   messages go back to what they were, and a new response takes the rest of the same stream.
 */
export type Verdict = "pass" | "skip" | "start" | "cut";

export function guardFor(question: string | null, attempt: string | null = null): Guard {
  return { question, attempt, mine: null, open: false, answer: null };
}

export function guardChunk(guard: Guard, chunk: Chunk): { guard: Guard; verdict: Verdict } {
  if (chunk.type === "start") return guardStart(guard, chunk);
  if (!guard.mine) return { guard, verdict: passesAlone(guard, chunk) ? "pass" : "skip" };
  return { guard: chunk.type === "finish" ? { ...guard, open: false } : guard, verdict: "pass" };
}

function guardStart(guard: Guard, chunk: Extract<Chunk, { type: "start" }>): { guard: Guard; verdict: Verdict } {
  const { replyTo, attempt } = (chunk.messageMetadata as SkeinMetadata | undefined) ?? {};
  const isAnswer = !replyTo || guard.question === null || replyTo === guard.question;
  const mine = isAnswer && (!attempt || guard.attempt === null || attempt === guard.attempt);
  if (!mine) return { guard: { ...guard, mine }, verdict: "skip" };
  // After a `finish`, the same answer may go on: a head start hands over to the agent within one message.
  const another = guard.answer !== null && chunk.messageId !== undefined && chunk.messageId !== guard.answer;
  if (guard.open || another) return { guard, verdict: "cut" };
  return { guard: { ...guard, mine, open: true, answer: chunk.messageId ?? guard.answer }, verdict: "start" };
}

/** Transient parts are never part of a message, and a turn can fail before it has one. What else comes is a leftover. */
function passesAlone(guard: Guard, chunk: Chunk): boolean {
  if (chunk.type === "error") return guard.mine === null;
  return "transient" in chunk && chunk.transient === true;
}
