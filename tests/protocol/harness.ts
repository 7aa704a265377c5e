import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { EngineFront } from "../../launcher/engine-front.ts";
import { freePort } from "../support/ports.ts";
import { createTestDatabase } from "../support/postgres.ts";
import { runProcesses } from "../support/processes.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));
const worker = fileURLToPath(new URL("worker", import.meta.url));
const cli = fileURLToPath(new URL("../../node_modules/trigger.dev/dist/esm/index.js", import.meta.url));
const preload = fileURLToPath(new URL("../../engine/fetch-preload.mjs", import.meta.url));

export const secretKey = "tr_skein_protocol_tests";

/** The real engine with the real CLI on it, each its own process, as the launcher starts them: behind a front. */
export type Rig = {
  url: string;
  databaseUrl: string;
  startEngine(): Promise<void>;
  /** `directory` holds the worker's project; another than the shared one may be edited while the worker watches it. */
  startWorker(directory?: string): Promise<void>;
  /** A fresh copy of the worker's project, removed by `stop`. Inside this repository, so that it finds its packages. */
  copyWorker(): string;
  /** `kill -9`. The worker dies with its run processes; returns once they are gone. */
  killEngine(): Promise<void>;
  killWorker(): Promise<void>;
  /** Stops the worker alone (its runs go on), until the returned function lets it go on. */
  pauseWorker(): () => void;
  runPids(): number[];
  stop(): Promise<void>;
};

export async function startRig(settings: Record<string, string> = {}): Promise<Rig> {
  const database = await createTestDatabase();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const front = new EngineFront();
  await front.listen(port);
  const env = {
    ...process.env,
    DATABASE_URL: database.url,
    ENGINE_PORT: String(port),
    ENGINE_LISTEN_PORT: "0",
    TRIGGER_API_URL: url,
    TRIGGER_SECRET_KEY: secretKey,
    TRIGGER_ACCESS_TOKEN: "tr_pat_protocol_tests",
    TRIGGER_PROJECT_REF: "proj_protocol",
    ENGINE_LOG_LEVEL: process.env.ENGINE_LOG_LEVEL ?? "warn",
    ...settings,
  };
  const copies: string[] = [];
  let engineProcess: Started | undefined;
  let workerProcess: Started | undefined;

  const rig: Rig = {
    url,
    databaseUrl: database.url,
    async startEngine() {
      engineProcess = start(["engine/index.ts"], { cwd: project, env }, (line) => {
        const found = /^engine listening on (\d+)$/.exec(line)?.[1];
        if (found) front.pointAt(Number(found));
      });
      await answers(`${url}/healthz`, engineProcess);
    },
    async startWorker(directory = worker) {
      const quiet = ["--skip-update-check", "--skip-platform-notifications", "--skip-telemetry"];
      // A dev branch of its own keeps the CLI's lock and build apart from another test run's in the same folder.
      const args = ["--import", preload, cli, "dev", ...quiet, "--branch", `protocol-${port}`];
      workerProcess = start(args, { cwd: directory, env: { ...env, CI: "1" } });
      await answers(`${url}/readyz`, workerProcess);
    },
    async killEngine() {
      await end(engineProcess, "SIGKILL");
      front.pointAt(undefined);
    },
    copyWorker() {
      mkdirSync(join(project, "test-results"), { recursive: true });
      const copy = mkdtempSync(join(project, "test-results", "worker-"));
      cpSync(worker, copy, { recursive: true, filter: (path) => !path.endsWith(".trigger") });
      copies.push(copy);
      return copy;
    },
    killWorker: () => end(workerProcess, "SIGKILL"),
    pauseWorker() {
      const pid = workerProcess?.child.pid;
      if (pid === undefined) throw new Error("no worker");
      process.kill(pid, "SIGSTOP");
      return () => process.kill(pid, "SIGCONT");
    },
    runPids: () => runProcesses(workerProcess?.child.pid ?? 0),
    async stop() {
      await end(workerProcess, "SIGTERM");
      await end(engineProcess, "SIGTERM");
      await front.close();
      await database.drop();
      for (const copy of copies) rmSync(copy, { recursive: true, force: true });
    },
  };
  await rig.startEngine();
  return rig;
}

type Started = { child: ChildProcess; lines: string[] };

function start(
  args: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
  onLine?: (line: string) => void,
): Started {
  // A process group of its own, so that ending it reaches the bundler and the run processes too.
  const child = spawn(process.execPath, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  for (const output of [child.stdout, child.stderr]) {
    if (!output) continue;
    createInterface({ input: output }).on("line", (line) => {
      lines.push(line);
      onLine?.(line);
    });
  }
  return { child, lines };
}

async function end(started: Started | undefined, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  const child = started?.child;
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  process.kill(-child.pid, signal);
  await Promise.race([exited, sleep(5_000)]);
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The whole group is gone already.
  }
}

async function answers(url: string, { child, lines }: Started): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`exited before ${url} answered:\n${lines.join("\n")}`);
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await sleep(25);
  }
}
