import { readdirSync, readFileSync } from "node:fs";
import { commandLine, identify } from "../../launcher/process-table.ts";

/** Run processes of a worker: what the CLI forked, and neither its bundler nor its watchdog. Linux only. */
export function runProcesses(workerPid: number): number[] {
  return childrenOf(workerPid).filter((pid) => commandLine(pid)?.includes("dev-run-worker"));
}

export function childrenOf(parent: number): number[] {
  return readdirSync("/proc").flatMap((entry) => {
    const pid = Number(entry);
    return Number.isInteger(pid) && parentOf(pid) === parent ? [pid] : [];
  });
}

export const isAlive = (pid: number) => identify(pid) !== undefined;

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}
