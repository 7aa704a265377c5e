import { setTimeout as sleep } from "node:timers/promises";
import { isRunning, signal, withEnvironment } from "./process-table.ts";
import type { ProcessRecord } from "./record.ts";

export const instanceVariable = "SKEIN_INSTANCE";

/**
 * Ends what an instance left running: its children by id and start time, with their groups, and everything that carries
 * its mark. Postgres is spared: it has its own way to be stopped (postmaster.ts).
 */
export async function endLeftovers(record: ProcessRecord): Promise<void> {
  for (const [name, id] of Object.entries(record.children))
    if (name !== "postgres" && isRunning(id)) signal(-id.pid, "SIGKILL");
  await endMarked(record.instance);
}

export async function endMarked(instance: string): Promise<void> {
  // A process may be starting another one while we look.
  for (let round = 0; round < 20; round++) {
    const pids = withEnvironment(instanceVariable, instance);
    if (pids.length === 0) return;
    for (const pid of pids) signal(pid, "SIGKILL");
    await sleep(20);
  }
}
