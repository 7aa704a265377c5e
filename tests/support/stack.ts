import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { instanceVariable } from "../../launcher/leftovers.ts";
import { signal, withEnvironment } from "../../launcher/process-table.ts";
import { clusterUrl } from "../../launcher/postgres.ts";
import type { ProcessRecord } from "../../launcher/record.ts";
import { loadSecrets } from "../../launcher/secrets.ts";
import { freePorts } from "./ports.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));

export type ChildName = "postgres" | "engine" | "worker" | "web";

export interface StackOptions {
  mode?: "dev" | "start";
  /** Over the hermetic defaults: no provider, no outside database. */
  env?: Record<string, string>;
  /** An existing directory is started again and left alone at the end; default: a temporary one. */
  dataDir?: string;
  /** Those of the stack before it, to be found at the same address. Default: free ones. */
  ports?: Stack["ports"];
  readyWithinMs?: number;
}

export interface Stack {
  url: string;
  dataDir: string;
  ports: { web: number; engine: number; postgres: number };
  /** Of its embedded Postgres. */
  databaseUrl: string;
  /** How a script with the secret key reaches its engine. */
  engine: { baseURL: string; accessToken: string };
  /** Everything the launcher has printed. */
  output(): string;
  /** Process numbers as they are now. */
  pids(): Record<ChildName | "launcher", number | undefined>;
  /** `kill -9`, of that process alone. Returns its number. */
  kill(name: ChildName | "launcher"): number;
  /** Like Ctrl-C; resolves when the launcher has exited, with its exit code and what it left running (nothing). */
  stop(): Promise<{ code: number | null; tookMs: number; left: number[] }>;
}

/** Starts the real launcher with its own data directory and ports, and waits for the ready line. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "skein-stack-"));
  const { web, engine, postgres } = options.ports ?? (await threePorts());
  const env = {
    ...process.env,
    ...hermetic(),
    ...{ SKEIN_DATA_DIR: dataDir, PORT: `${web}`, ENGINE_PORT: `${engine}`, POSTGRES_PORT: `${postgres}` },
    ...options.env,
  };
  const launcher = spawn(process.execPath, ["launcher/index.ts", options.mode ?? "start"], {
    ...{ cwd: project, env, detached: true },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<number | null>((resolve) => launcher.once("exit", resolve));
  // A test that fails does not come to the line that stops it.
  const endWithTests = () => launcher.kill("SIGTERM");
  process.once("exit", endWithTests);
  void exited.then(() => process.off("exit", endWithTests));
  const lines: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`the stack ${why}:\n${lines.join("\n")}`));
    const timer = setTimeout(() => {
      launcher.kill("SIGTERM");
      fail("was not ready in time");
    }, options.readyWithinMs ?? 180_000);
    void exited.then((code) => {
      clearTimeout(timer);
      fail(`exited with ${code}`);
    });
    for (const output of [launcher.stdout, launcher.stderr])
      createInterface({ input: output }).on("line", (line) => {
        lines.push(line);
        const ready = /^Skein is ready at (\S+)$/.exec(line)?.[1];
        if (!ready) return;
        clearTimeout(timer);
        resolve(ready);
      });
  });

  const record = () => JSON.parse(readFileSync(join(dataDir, "processes.json"), "utf8")) as ProcessRecord;
  const { instance } = record();
  const { postgresPassword: password, triggerSecretKey } = await loadSecrets(dataDir);
  const databaseUrl = clusterUrl({ dir: join(dataDir, "postgres"), port: postgres, password });
  const pids: Stack["pids"] = () => {
    const { children } = record();
    const pid = (name: ChildName) => children[name]?.pid;
    return {
      ...{ postgres: pid("postgres"), engine: pid("engine"), worker: pid("worker"), web: pid("web") },
      launcher: launcher.pid,
    };
  };
  return {
    ...{ url, dataDir, ports: { web, engine, postgres }, databaseUrl, pids, output: () => lines.join("\n") },
    engine: { baseURL: `http://127.0.0.1:${engine}`, accessToken: triggerSecretKey },
    kill(name) {
      const pid = pids()[name];
      if (pid === undefined) throw new Error(`the ${name} is not running`);
      signal(pid, "SIGKILL");
      return pid;
    },
    async stop() {
      const startedAt = Date.now();
      launcher.kill("SIGTERM");
      const code = await Promise.race([exited, sleep(15_000, null)]);
      const tookMs = Date.now() - startedAt;
      const left = withEnvironment(instanceVariable, instance);
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
      return { code, tookMs, left };
    },
  };
}

async function threePorts(): Promise<Stack["ports"]> {
  const [web = 0, engine = 0, postgres = 0] = await freePorts(3);
  return { web, engine, postgres };
}

/** Set but empty counts as not set, and keeps a developer's own `.env` out of the tests. */
function hermetic(): Record<string, string> {
  const example = readFileSync(join(project, ".env.example"), "utf8");
  const names = [...example.matchAll(/^# ?([A-Z][A-Z0-9_]+)=/gm)].flatMap(([, name]) => name ?? []);
  return Object.fromEntries(names.map((name) => [name, ""]));
}
