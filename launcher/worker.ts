import { createHash } from "node:crypto";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The CLI keeps a lock, its builds and its watchdog's notes in `<project>/.trigger`, apart for each of its "dev branches":
 * a branch of its own for each data directory lets two instances run from one checkout.
 */
export function workerBranch(dataDir: string): string {
  return `skein-${createHash("sha256").update(dataDir).digest("hex").slice(0, 12)}`;
}

/** The CLI's arguments. Its `.env` files stay unread: the launcher has read `.env`, and the environment wins over it. */
export function workerArguments(dataDir: string): string[] {
  const quiet = ["--skip-update-check", "--skip-platform-notifications", "--skip-telemetry"];
  return ["dev", ...quiet, "--branch", workerBranch(dataDir), "--env-file", emptyEnvFile(dataDir)];
}

/**
 * Before each start: the lock of a CLI that was killed names a process number, and the CLI would end whatever process
 * has that number today.
 */
export async function clearWorkerFiles(projectDir: string, dataDir: string): Promise<void> {
  const folder = join(projectDir, ".trigger");
  const names = await readdir(folder).catch(() => []);
  const ours = names.filter((name) => name.includes(workerBranch(dataDir)));
  await Promise.all(ours.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

export const writeEmptyEnvFile = (dataDir: string) => writeFile(emptyEnvFile(dataDir), "");

const emptyEnvFile = (dataDir: string) => join(dataDir, "worker.env");
