import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import type { MockOpenAI } from "../tests/support/mock-openai.ts";
import { freePort } from "../tests/support/ports.ts";
import type { Target } from "./turn.ts";

const home = fileURLToPath(new URL("bare", import.meta.url));
const vite = fileURLToPath(new URL("../node_modules/vite/bin/vite.js", import.meta.url));

export function buildBare(): void {
  execFileSync(process.execPath, [vite, "build"], { cwd: home, stdio: ["ignore", "ignore", "inherit"] });
}

/** The app without durability: one page, one route with `streamText`, the AI SDK's own transport. */
export async function startBare(mock: MockOpenAI): Promise<Target & { stop(): Promise<void> }> {
  const port = await freePort();
  const env = {
    ...{ ...process.env, HOST: "127.0.0.1", PORT: `${port}`, OPENAI_COMPATIBLE_BASE_URL: mock.url },
    // Its page sends the whole conversation with every question.
    BODY_SIZE_LIMIT: "Infinity",
  };
  const server = spawn(process.execPath, [".svelte-kit/build/index.js"], {
    cwd: home,
    env,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(url).catch(() => undefined))?.ok) {
    if (server.exitCode !== null) throw new Error("the bare app did not start");
    await sleep(50);
  }
  return {
    ...{ url, mock, settle: () => sleep(300) },
    stop: async () => {
      server.kill();
      await once(server, "exit");
    },
  };
}
