import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { engineArguments } from "../../launcher/engine-process.ts";
import { freePort } from "../../tests/support/ports.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));

export const secretKey = "tr_skein_engine_bench";

/** The engine alone, as the launcher starts it, without a worker: runs wait in its queue. */
export interface BenchEngine {
  url: string;
  /** From the start of the process to its first answer, in milliseconds. */
  readyMs: number;
  /** Resident memory of the process, in megabytes; NaN where there is no /proc. */
  rssMb(): number;
  stop(): Promise<void>;
}

/** As under the launcher, a second start finds compiled what the first one compiled. */
export async function startEngine(databaseUrl: string, cacheDir: string): Promise<BenchEngine> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const startedAt = performance.now();
  const child = spawn(process.execPath, engineArguments, {
    cwd: project,
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: cacheDir,
      DATABASE_URL: databaseUrl,
      ENGINE_PORT: String(port),
      ENGINE_LOG_LEVEL: "error",
      TRIGGER_SECRET_KEY: secretKey,
      TRIGGER_ACCESS_TOKEN: "tr_pat_engine_bench",
      TRIGGER_PROJECT_REF: "proj_bench",
    },
  });
  while (!(await answers(url))) {
    if (child.exitCode !== null) throw new Error("the engine did not start");
    await sleep(5);
  }
  return {
    url,
    readyMs: performance.now() - startedAt,
    rssMb: () => rssMb(child.pid),
    async stop() {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    (response) => response.ok,
    () => false,
  );
}

function rssMb(pid: number | undefined): number {
  try {
    const pages = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(pages) / 1024;
  } catch {
    return Number.NaN;
  }
}
