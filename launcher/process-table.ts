import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process id alone is reused sooner or later; with its start time it names one process for good. */
export interface ProcessId {
  pid: number;
  started: string;
}

/** Undefined when no such process runs. A zombie counts as gone: it only waits for its parent to notice. */
export function identify(pid: number): ProcessId | undefined {
  const started = process.platform === "linux" ? fromProc(pid) : fromPs(pid);
  return started ? { pid, started } : undefined;
}

export function isRunning(id: ProcessId): boolean {
  return identify(id.pid)?.started === id.started;
}

function fromProc(pid: number): string | undefined {
  const fields = statFields(pid);
  return fields?.[0] === "Z" ? undefined : fields?.[19];
}

/** From its state on: state, parent, group … (proc(5)). */
function statFields(pid: number): string[] | undefined {
  try {
    // The second field is the command's name in parentheses and may hold anything: count from its end.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

function fromPs(pid: number): string | undefined {
  try {
    const out = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return out === "" || out.startsWith("Z") ? undefined : out.split(/\s+/).slice(1).join(" ");
  } catch {
    return undefined;
  }
}

/** Its directory, as far as we may know it: Linux only, and only for a process of ours. */
export function workingDirectory(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

export function commandLine(pid: number): string | undefined {
  try {
    if (process.platform === "linux") return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

/**
 * Every process that inherited `name=value`, however it detached itself from the one that started it: the CLI's watchdog
 * runs in a session of its own. Linux only; elsewhere none is found, and process groups have to do.
 */
export function withEnvironment(name: string, value: string): number[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    try {
      const inherits = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`${name}=${value}`);
      return inherits && fromProc(pid) ? [pid] : [];
    } catch {
      return [];
    }
  });
}

/** Sends a signal to a process (positive) or a group (negative). One that is gone already is fine. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * Whether anybody in the group still runs. Dead ones that nobody has collected do not count where we can tell (Linux): in
 * a container without an init they stay for ever.
 */
export function isGroupRunning(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  if (process.platform !== "linux") return true;
  return readdirSync("/proc").some((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    const fields = statFields(Number(entry));
    return fields?.[2] === String(group) && fields[0] !== "Z" && fields[0] !== "X";
  });
}
