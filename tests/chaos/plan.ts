import { Random } from "./random.ts";

export const victims = ["run", "worker", "engine", "web", "postgres"] as const;
export type Victim = (typeof victims)[number];

export interface PlannedTurn {
  /** The script for the model, and the turn's own number. */
  text: string;
  /** From the end of the turn before it. */
  pauseMs: number;
}

export interface PlannedKill {
  victim: Victim;
  /** From the kill before it. */
  afterMs: number;
  /** Which one, of several: from 0 to 1. */
  which: number;
}

export interface Plan {
  /** Each conversation as a list of questions. */
  conversations: PlannedTurn[][];
  /** Without an end; each victim comes once in every five. */
  kills: Generator<PlannedKill>;
}

export interface PlanOptions {
  seed: number;
  conversations: number;
  /** Between two kills, at least and at most. */
  pauseMs: [number, number];
}

export function makePlan({ seed, conversations, pauseMs }: PlanOptions): Plan {
  const random = new Random(seed);
  return {
    conversations: Array.from({ length: conversations }, (_, chat) =>
      Array.from({ length: random.between(2, 4) }, (_, turn) => ({
        text: `words=${random.between(20, 90)} rate=${random.between(20, 40)} ttft=${random.between(0, 300)} #${chat}.${turn}`,
        pauseMs: random.between(0, 400),
      })),
    ),
    // A sequence of its own: however long the conversations take, the kills are the same.
    kills: kills(new Random(seed ^ 0x5bd1e995), pauseMs),
  };
}

function* kills(random: Random, [from, to]: [number, number]): Generator<PlannedKill> {
  for (;;)
    for (const victim of random.shuffled(victims))
      yield { victim, afterMs: random.between(from, to), which: random.next() };
}
