import { readFileSync } from "node:fs";
import { commandLine } from "../launcher/process-table.ts";
import { childrenOf } from "../tests/support/processes.ts";
import type { Stack } from "../tests/support/stack.ts";

/** Of one process, or of several that do one thing; in megabytes. PSS shares what is shared among its users. */
export interface MemoryRow {
  process: string;
  count: number;
  rss: number;
  pss: number;
}

/** What the idle stack holds, process by process. Linux only: elsewhere there is no /proc, and no rows. */
export function measureMemory(stack: Stack): MemoryRow[] {
  const { launcher, postgres, engine, worker, web } = stack.pids();
  return [
    row("launcher", launcher),
    row("postgres (all its processes)", ...tree(postgres)),
    row("engine", engine),
    ...byKind(tree(worker)),
    row("web", web),
  ].filter(({ count }) => count > 0);
}

function byKind(pids: number[]): MemoryRow[] {
  const kinds = new Map<string, number[]>();
  for (const pid of pids) kinds.set(kindOf(pid), [...(kinds.get(kindOf(pid)) ?? []), pid]);
  return [...kinds].map(([kind, members]) => row(kind, ...members));
}

function kindOf(pid: number): string {
  const command = commandLine(pid) ?? "";
  if (command.includes("dev-run-worker")) return "run process (warm spare)";
  if (command.includes("esbuild")) return "worker: bundler (esbuild)";
  if (/watchdog/i.test(command)) return "worker: watchdog";
  return command.includes("trigger.dev") ? "worker: CLI" : "worker: other";
}

function tree(pid: number | undefined): number[] {
  return pid === undefined ? [] : [pid, ...childrenOf(pid).flatMap((child) => tree(child))];
}

function row(process: string, ...pids: (number | undefined)[]): MemoryRow {
  const sizes = pids.flatMap((pid) => sizeOf(pid) ?? []);
  const sum = (key: "rss" | "pss") => Math.round(sizes.reduce((total, size) => total + size[key], 0) / 1024);
  return { process, count: sizes.length, rss: sum("rss"), pss: sum("pss") };
}

/** In kilobytes. */
function sizeOf(pid: number | undefined): { rss: number; pss: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    const value = (name: string) => Number(new RegExp(String.raw`^${name}:\s+(\d+)`, "m").exec(text)?.[1] ?? 0);
    return { rss: value("Rss"), pss: value("Pss") };
  } catch {
    return undefined;
  }
}
