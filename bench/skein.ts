import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { auth, runs, sessions } from "@trigger.dev/sdk";
import type { MockOpenAI } from "../tests/support/mock-openai.ts";
import { runProcesses } from "../tests/support/processes.ts";
import { startStack, type Stack } from "../tests/support/stack.ts";
import type { Target } from "./turn.ts";

export interface Skein extends Target {
  stack: Stack;
  /** Ends the run of a chat, as its idle timeout would. Returns once it is over and a warm spare is there again. */
  endRun(chatId: string): Promise<void>;
}

const QUIET_MS = 300;
const PATIENCE_MS = 15_000;
/** Clock ticks a second of /proc/<pid>/stat, on every Linux. */
const HZ = 100;

export async function startSkein(mock: MockOpenAI, dataDir: string): Promise<Skein> {
  const stack = await startStack({
    dataDir,
    env: { OPENAI_COMPATIBLE_BASE_URL: mock.url, OPENAI_COMPATIBLE_MODELS: "mock", DEFAULT_MODEL: "compatible:mock" },
  });
  auth.configure(stack.engine);
  return {
    ...{ stack, mock, url: stack.url },
    settle: () => untilQuiet(stack),
    endRun: async (chatId) => {
      const { currentRunId } = await sessions.retrieve(chatId);
      if (!currentRunId) return;
      await runs.cancel(currentRunId);
      while (!(await runs.retrieve(currentRunId)).isCompleted) await sleep(50);
      await untilQuiet(stack);
    },
  };
}

/**
 * Waits until a run process is there and what answers people has next to nothing to do: a spare that boots, or a turn that
 * is being saved, is not what is measured. (The bundler is left out: it never rests.)
 */
async function untilQuiet(stack: Stack): Promise<void> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
    const before = usedBy(stack);
    await sleep(QUIET_MS);
    const after = usedBy(stack);
    const used = [...after].reduce((sum, [pid, ticks]) => sum + ticks - (before.get(pid) ?? 0), 0);
    const isSame = after.size === before.size && [...after.keys()].every((pid) => before.has(pid));
    if (isSame && used < (QUIET_MS / 1000) * HZ * 0.15 && runsOf(stack).length > 0) return;
  }
}

function usedBy(stack: Stack): Map<number, number> {
  const { engine, web } = stack.pids();
  return new Map([engine, web, ...runsOf(stack)].flatMap((pid) => (pid === undefined ? [] : [[pid, ticks(pid)]])));
}

const runsOf = (stack: Stack) => runProcesses(stack.pids().worker ?? 0);

function ticks(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}
