import { z } from "zod";
import { measureMemory, type MemoryRow } from "./memory.ts";
import { isRunning } from "./process-table.ts";
import { readRecord, type ProcessRecord } from "./record.ts";
import { loadSecrets } from "./secrets.ts";

const ENGINE_MS = 5_000;

/** The engine's own account of itself (engine/protocol/status.ts). */
const EngineStatus = z.object({
  version: z.string(),
  protocol: z.string(),
  uptimeSeconds: z.number(),
  missing: z.array(z.string()),
  sessions: z.object({ open: z.number(), live: z.number() }),
  runs: z.record(z.string(), z.number()),
  queue: z.object({ length: z.number(), oldestSeconds: z.number().nullable() }),
});
export type EngineStatus = z.infer<typeof EngineStatus>;

/** What a person wants to know of the instance in a data directory, line by line. Never throws. */
export async function describeStatus(dataDir: string): Promise<{ isRunning: boolean; lines: string[] }> {
  const record = await readRecord(dataDir);
  if (!record || !isRunning(record.launcher)) {
    return { isRunning: false, lines: [`Skein is not running in ${dataDir}: start it with npm run dev or npm start.`] };
  }
  const engine = record.addresses?.engine;
  const lines = [
    `Skein runs at ${record.addresses?.web ?? "an address it is still choosing"}, with its data in ${dataDir}.`,
    ...(engine ? await engineLines(engine, dataDir) : ["Its tasks are run by Trigger.dev: see the dashboard there."]),
    ...memoryLines(measureMemory(pidsOf(record))),
  ];
  return { isRunning: true, lines };
}

async function engineLines(url: string, dataDir: string): Promise<string[]> {
  try {
    const { triggerSecretKey } = await loadSecrets(dataDir);
    const response = await fetch(`${url}/engine/v1/status`, {
      headers: { authorization: `Bearer ${triggerSecretKey}` },
      signal: AbortSignal.timeout(ENGINE_MS),
    });
    if (!response.ok) return [`The engine at ${url} answers ${response.status}: its log says why.`];
    return linesOf(EngineStatus.parse(await response.json()));
  } catch {
    return [`The engine at ${url} does not answer: it starts, or it has died and is about to be started again.`];
  }
}

/** The engine's numbers in words. */
export function linesOf({ version, protocol, uptimeSeconds, missing, sessions, runs, queue }: EngineStatus): string[] {
  const states = Object.entries(runs).map(([status, count]) => `${count} ${status.toLowerCase().replaceAll("_", " ")}`);
  const age = queue.oldestSeconds === null ? "" : `, the first for ${queue.oldestSeconds} s`;
  return [
    `Engine     ${version}, speaks ${protocol}, up ${uptimeSeconds} s${missing.map((what) => `. ${what}`).join("")}`,
    `Sessions   ${sessions.open} open, ${sessions.live} live`,
    `Runs       ${states.join(", ") || "none yet"}`,
    `Queue      ${queue.length === 0 ? "empty" : `${queue.length} waiting${age}`}`,
  ];
}

function memoryLines(rows: MemoryRow[]): string[] {
  if (rows.length === 0) return [];
  const width = Math.max(...rows.map(({ process }) => process.length));
  const total = (key: "rss" | "pss") => rows.reduce((sum, row) => sum + row[key], 0);
  const line = (name: string, count: string, rss: number, pss: number) =>
    `  ${name.padEnd(width)}  ${count.padStart(5)}  ${String(rss).padStart(6)}  ${String(pss).padStart(6)}`;
  return [
    `  ${"Process".padEnd(width)}  Count  RSS MB  PSS MB`,
    ...rows.map(({ process, count, rss, pss }) => line(process, String(count), rss, pss)),
    line("together", "", total("rss"), total("pss")),
  ];
}

function pidsOf({ launcher, children }: ProcessRecord) {
  const pid = (name: string) => children[name]?.pid;
  return {
    ...{ launcher: launcher.pid, postgres: pid("postgres"), engine: pid("engine") },
    ...{ worker: pid("worker"), web: pid("web") },
  };
}
