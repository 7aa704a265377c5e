import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ProcessId } from "./process-table.ts";

/** What `<data dir>/processes.json` says about a running instance, for the next start and for whoever wants to look. */
export interface ProcessRecord {
  /** Every process of the instance carries it in its environment, as `SKEIN_INSTANCE`. */
  instance: string;
  launcher: ProcessId;
  children: Record<string, ProcessId>;
  /** Where it is reached; `engine` is undefined when Trigger.dev runs the tasks. Missing before they are chosen. */
  addresses?: { web: string; engine: string | undefined };
}

const file = (dataDir: string) => join(dataDir, "processes.json");

export async function readRecord(dataDir: string): Promise<ProcessRecord | undefined> {
  try {
    return JSON.parse(await readFile(file(dataDir), "utf8")) as ProcessRecord;
  } catch {
    return undefined;
  }
}

export async function writeRecord(dataDir: string, record: ProcessRecord): Promise<void> {
  await writeFile(`${file(dataDir)}.new`, JSON.stringify(record, null, 2) + "\n");
  await rename(`${file(dataDir)}.new`, file(dataDir));
}
