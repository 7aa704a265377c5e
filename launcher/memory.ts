import { readdirSync, readFileSync } from "node:fs";
import { commandLine } from "./process-table.ts";

/** Of one process, or of several that do one thing; in megabytes. PSS shares what is shared among its users. */
export interface MemoryRow {
  process: string;
  count: number;
  rss: number;
  pss: number;
}

/** Process numbers of an instance, by name. One that does not run is undefined. */
export type Pids = Record<"launcher" | "postgres" | "engine" | "worker" | "web", number | undefined>;

/** What an instance holds, process by process. Linux only: elsewhere there is no /proc, and no rows. */
export function measureMemory({ launcher, postgres, engine, worker, web }: Pids): MemoryRow[] {
  if (process.platform !== "linux") return [];
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
  if (command.includes("dev-run-worker")) return "run processes";
  if (command.includes("esbuild")) return "worker: bundler (esbuild)";
  if (/watchdog/i.test(command)) return "worker: watchdog";
  return command.includes("trigger.dev") ? "worker: CLI" : "worker: other";
}

function tree(pid: number | undefined): number[] {
  return pid === undefined ? [] : [pid, ...childrenOf(pid).flatMap((child) => tree(child))];
}

export function childrenOf(parent: number): number[] {
  return readdirSync("/proc").flatMap((entry) => {
    const pid = Number(entry);
    return Number.isInteger(pid) && parentOf(pid) === parent ? [pid] : [];
  });
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
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
