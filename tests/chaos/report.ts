import type { Conversation } from "./conversation.ts";
import type { Kill } from "./killer.ts";
import { victims, type Victim } from "./plan.ts";

/** `several`: the next victim fell before anything came. */
type Kind = Victim | "several";

export interface Sample {
  kind: Kind;
  ms: number;
  kill: Kill;
  chatId: string;
  /** Which question was waiting, from 0. */
  turn: number;
}

/** Who lost a run: its chat, and when that run ended (epoch milliseconds). */
export interface LostRun {
  chatId: string;
  at: number;
}

/** What is heard so soon was on its way before. */
const ON_ITS_WAY_MS = 150;
/** How soon after a kill the engine writes down the end of the run. */
const NOTICED_MS = 2_000;

/**
 * From each kill to the next thing that each affected chat heard (a chunk, or the end of its turn). A chat is affected
 * when an answer was due; by the death of one run only the chat whose run it was.
 */
export function samplesOf(kills: readonly Kill[], conversations: readonly Conversation[], lost: LostRun[]): Sample[] {
  return kills.flatMap((kill, index) =>
    conversations.flatMap(({ chatId = "", flights, stream }) => {
      const { victim, at } = kill;
      const turn = flights.findIndex(({ from, to = Infinity }) => from <= at && at < to);
      const flight = flights[turn];
      const isHit = victim !== "run" || lost.some((run) => run.chatId === chatId && isSoon(run.at - at));
      if (!flight || !isHit) return [];
      const next = stream?.heard.find((heard) => heard > at + ON_ITS_WAY_MS) ?? flight.to;
      if (next === undefined) return [];
      const isOvertaken = (kills[index + 1]?.at ?? Infinity) < next;
      return [{ kind: isOvertaken ? "several" : victim, ms: next - at, kill, chatId, turn } as const];
    }),
  );
}

const isSoon = (ms: number) => ms > -50 && ms < NOTICED_MS;

/** One line for all, and one for each kind: how many, and the time from kill to next chunk in seconds. */
export function table(kills: readonly Kill[], samples: readonly Sample[]): string {
  const kinds: Kind[] = [...victims, "several"];
  const line = (name: string, count: number | string, of: readonly Sample[]) => {
    const times = of.map(({ ms }) => ms).sort((a, b) => a - b);
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))];
    const columns = [at(0.5), at(0.95), times.at(-1)].map((ms) => (ms === undefined ? "–" : (ms / 1000).toFixed(2)));
    return [name.padEnd(9), String(count).padStart(5), String(times.length).padStart(6), ...columns.map(right)].join(
      " ",
    );
  };
  const right = (text: string) => text.padStart(7);
  return [
    "killed    times  chats  median     p95     max   (seconds to the next chunk)",
    ...kinds.map((kind) =>
      line(
        kind,
        kind === "several" ? "" : kills.filter(({ victim }) => victim === kind).length,
        samples.filter((sample) => sample.kind === kind),
      ),
    ),
    line("all", kills.length, samples),
  ].join("\n");
}

/** The longest waits, one a chat, for whoever wants to know why. `startedAt` is what the log counts from. */
export function slowest(samples: readonly Sample[], startedAt: number, count = 5): string {
  const longest = new Map<string, Sample>();
  for (const sample of samples)
    if ((longest.get(sample.chatId)?.ms ?? 0) < sample.ms) longest.set(sample.chatId, sample);
  return [...longest.values()]
    .sort((a, b) => b.ms - a.ms)
    .slice(0, count)
    .map(({ ms, kill, chatId, turn }) => {
      const at = ((kill.at - startedAt) / 1000).toFixed(1);
      return `waited ${(ms / 1000).toFixed(1)} s from ${at} s on (${kill.victim}): question ${turn + 1} of ${chatId}`;
    })
    .join("\n");
}
