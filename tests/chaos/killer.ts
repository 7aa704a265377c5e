import { setTimeout as sleep } from "node:timers/promises";
import { signal } from "../../launcher/process-table.ts";
import { isAlive, runProcesses } from "../support/processes.ts";
import type { Stack } from "../support/stack.ts";
import { victims, type PlannedKill, type Victim } from "./plan.ts";

export interface Kill {
  victim: Victim;
  /** Epoch milliseconds. */
  at: number;
  pid: number;
}

/**
 * Kills as planned until `isEnough` says so, but every victim at least once. A victim that is just not there is waited
 * for. Returns the kills in order.
 */
export async function killAsPlanned(
  stack: Stack,
  plan: Iterator<PlannedKill>,
  isEnough: () => boolean,
  onKill: (kill: Kill) => void,
): Promise<Kill[]> {
  const done: Kill[] = [];
  const isMissing = () => victims.some((victim) => !done.some((kill) => kill.victim === victim));
  while (!isEnough() || isMissing()) {
    const next = plan.next();
    if (next.done) break;
    const { victim, afterMs, which } = next.value;
    await sleep(afterMs);
    if (isEnough() && !isMissing()) break;
    const pid = await find(stack, victim, which);
    signal(pid, "SIGKILL");
    const kill = { victim, at: Date.now(), pid };
    done.push(kill);
    onKill(kill);
  }
  return done;
}

async function find(stack: Stack, victim: Victim, which: number): Promise<number> {
  for (;;) {
    const pids = victim === "run" ? runProcesses(stack.pids().worker ?? 0) : [stack.pids()[victim] ?? 0];
    const pid = pids.sort((a, b) => a - b)[Math.floor(which * pids.length)];
    if (pid && isAlive(pid)) return pid;
    await sleep(20);
  }
}
