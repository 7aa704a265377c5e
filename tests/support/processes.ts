import { childrenOf } from "../../launcher/memory.ts";
import { commandLine, identify } from "../../launcher/process-table.ts";

/** Run processes of a worker: what the CLI forked, and neither its bundler nor its watchdog. Linux only. */
export function runProcesses(workerPid: number): number[] {
  return childrenOf(workerPid).filter((pid) => commandLine(pid)?.includes("dev-run-worker"));
}

export const isAlive = (pid: number) => identify(pid) !== undefined;
