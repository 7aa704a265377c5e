import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { LaunchProblem, sentence } from "./problem.ts";
import { readRecord } from "./record.ts";

/**
 * Takes a data directory for this process, or throws a LaunchProblem that says who has it; returns what gives it back.
 * Node has no lock of its own that the kernel drops when its holder dies, however it dies; an SQLite file has one.
 */
export async function lockDataDir(dataDir: string): Promise<() => void> {
  try {
    await mkdir(join(dataDir, "logs"), { recursive: true });
  } catch (error) {
    throw new LaunchProblem(`SKEIN_DATA_DIR ${dataDir} cannot be used: ${sentence(error)}.`);
  }
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(join(dataDir, "launcher.lock"));
    file.exec("pragma locking_mode = exclusive; begin exclusive");
    const held = file;
    return () => held.close();
  } catch (error) {
    file?.close();
    const busy = 5;
    if ((error as { errcode?: number }).errcode !== busy)
      throw new LaunchProblem(`SKEIN_DATA_DIR ${dataDir} cannot be used: ${sentence(error)}.`);
    const owner = (await readRecord(dataDir))?.launcher.pid;
    throw new LaunchProblem(
      `SKEIN_DATA_DIR ${dataDir} is in use by another Skein${owner ? ` (process ${owner})` : ""}: ` +
        "stop that one, or set SKEIN_DATA_DIR to another directory.",
    );
  }
}
