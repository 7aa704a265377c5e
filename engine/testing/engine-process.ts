import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { freePort } from "../../tests/support/ports.ts";
import { createTestDatabase } from "../../tests/support/postgres.ts";
import { accessToken, secretKey } from "./engine.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));
const reporter = new URL("report-memory.ts", import.meta.url).href;

/** In megabytes, after full collections: what is still referred to, on the heap and beside it; and what the process has. */
export type Memory = { held: number; rss: number };

/** An engine as a process of its own, on a database of its own. */
export type EngineProcess = {
  url: string;
  port: number;
  databaseUrl: string;
  pid: number;
  /** How it ended, as soon as it has: nothing a client sends may do that. */
  ended(): string | undefined;
  /** What it has printed, its log lines among it. */
  lines: string[];
  memory(): Promise<Memory>;
  /** Sends the signal and waits for the end. Returns the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  stop(): Promise<void>;
};

export async function startEngineProcess(env: Record<string, string> = {}): Promise<EngineProcess> {
  const database = await createTestDatabase();
  const port = await freePort();
  const child = spawn(process.execPath, ["--expose-gc", "--import", reporter, "engine/index.ts"], {
    cwd: project,
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: database.url,
      ENGINE_PORT: String(port),
      TRIGGER_SECRET_KEY: secretKey,
      TRIGGER_ACCESS_TOKEN: accessToken,
      TRIGGER_PROJECT_REF: "proj_test",
      ENGINE_LOG_LEVEL: "error",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const lines = linesOf(child);
  const exited = once(child, "exit") as Promise<[number | null, string | null]>;
  let end: string | undefined;
  void exited.then(([code, signal]) => (end = signal ?? `exit code ${code}`));
  while (!lines.some((line) => line.startsWith("engine listening"))) {
    if (end !== undefined) throw new Error(`the engine ended (${end}):\n${lines.join("\n")}`);
    await Promise.race([once(child.stdout as NodeJS.ReadableStream, "data"), exited]);
  }
  const endWith = async (signal: NodeJS.Signals) => {
    if (end === undefined) child.kill(signal);
    return (await exited)[0];
  };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    databaseUrl: database.url,
    pid: child.pid ?? 0,
    ended: () => end,
    lines,
    async memory() {
      const answer = once(child, "message") as Promise<[Memory]>;
      child.send("memory");
      return (await answer)[0];
    },
    end: endWith,
    async stop() {
      await endWith("SIGKILL");
      await database.drop();
    },
  };
}

function linesOf(child: ChildProcess): string[] {
  const lines: string[] = [];
  for (const output of [child.stdout, child.stderr]) {
    if (output) createInterface({ input: output }).on("line", (line) => lines.push(line));
  }
  return lines;
}
