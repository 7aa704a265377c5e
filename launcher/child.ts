import { spawn, type ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChildLog } from "./log.ts";
import { LaunchProblem } from "./problem.ts";
import { identify, isGroupRunning, signal, type ProcessId } from "./process-table.ts";

export interface Command {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number;
  gid?: number;
}

/** A running child that leads a process group of its own, so that the terminal's Ctrl-C reaches the launcher alone. */
export class Child {
  readonly id: ProcessId;
  readonly startedAt = Date.now();
  /** How it ended, in words: `exit code 1`, `signal SIGKILL`. Resolves once its whole group is gone. */
  readonly exited: Promise<string>;
  hasExited = false;

  private constructor(process: ChildProcess, pid: number) {
    this.id = identify(pid) ?? { pid, started: "" };
    this.exited = new Promise((resolve) => {
      process.once("exit", (code, name) => {
        this.hasExited = true;
        void endGroup(pid).then(() => resolve(name ? `signal ${name}` : `exit code ${code}`));
      });
    });
  }

  static start({ command, args, ...options }: Command, log: ChildLog, onLine?: (line: string) => void): Child {
    const process = spawn(command, args, { ...options, detached: true, stdio: ["pipe", "pipe", "pipe"] });
    // Nothing is ever written there: its end tells the child that the launcher is gone (follow-parent.ts).
    process.stdin.on("error", () => {});
    log.follow(process.stdout, onLine);
    log.follow(process.stderr);
    process.on("error", (error) => log.write(error.message));
    if (process.pid === undefined) throw new LaunchProblem(`${command} could not be started; see ${log.path}.`);
    return new Child(process, process.pid);
  }

  /** Asks it to end, and ends its group when it has not within `graceMs`. */
  async stop(name: NodeJS.Signals, graceMs: number): Promise<void> {
    if (this.hasExited) return;
    signal(this.id.pid, name);
    const timer = new AbortController();
    const late = sleep(graceMs, true, { signal: timer.signal }).catch(() => false);
    if (await Promise.race([this.exited.then(() => false), late])) this.kill();
    timer.abort();
    await this.exited;
  }

  kill(): void {
    if (!this.hasExited) signal(-this.id.pid, "SIGKILL");
  }
}

/** What a child started itself and left in its group: run processes, a bundler, which takes a moment to die. */
async function endGroup(group: number): Promise<void> {
  signal(-group, "SIGKILL");
  for (const end = Date.now() + 500; Date.now() < end && isGroupRunning(group);) await sleep(10);
}
