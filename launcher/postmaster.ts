import { readFile, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { commandLine, identify, isRunning, signal, workingDirectory, type ProcessId } from "./process-table.ts";

/**
 * Makes a database directory ready to be served: stops the Postgres a killed launcher left on it, and removes the note
 * of one that was killed itself. Postgres takes any process under the noted number for itself, and would not start.
 */
export async function clearPostmaster(databaseDir: string): Promise<void> {
  const note = join(databaseDir, "postmaster.pid");
  const pid = Number((await readFile(note, "utf8").catch(() => "")).split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 0) return rm(note, { force: true });
  const id = identify(pid);
  if (id && (await serves(pid, databaseDir))) await stop(id);
  await rm(note, { force: true });
}

/** Postgres works in its data directory; where that cannot be seen, its command line names it. */
async function serves(pid: number, databaseDir: string): Promise<boolean> {
  const directory = await realpath(databaseDir);
  const cwd = workingDirectory(pid);
  if (cwd !== undefined) return cwd === directory;
  return commandLine(pid)?.includes(databaseDir) ?? false;
}

async function stop(id: ProcessId): Promise<void> {
  // Fast shutdown: sessions are cut, everything committed is kept.
  for (const [name, ms] of [
    ["SIGINT", 4000],
    ["SIGQUIT", 1000],
    ["SIGKILL", 1000],
  ] as const) {
    signal(id.pid, name);
    for (const end = Date.now() + ms; Date.now() < end; await sleep(20)) if (!isRunning(id)) return;
  }
}
